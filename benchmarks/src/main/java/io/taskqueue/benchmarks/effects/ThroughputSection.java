package io.taskqueue.benchmarks.effects;

import io.taskqueue.benchmarks.measure.Candidate;
import io.taskqueue.benchmarks.measure.InterleavedRounds;
import io.taskqueue.benchmarks.measure.PairedRatio;
import io.taskqueue.benchmarks.measure.ResultTables;
import io.taskqueue.benchmarks.measure.RoundResults;
import io.taskqueue.benchmarks.measure.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Slow calls, of one task or many: the sink, parallel-consumer, and threads that only sleep. */
public final class ThroughputSection {

    private record Row(int tasks, Duration call, int events) {}

    private static final List<Row> ROWS = List.of(
            new Row(EffectsSetup.TASKS, EffectsSetup.CALL, EffectsSetup.SLOW_EVENTS),
            new Row(EffectsSetup.TASKS, Duration.ofMillis(1), 2 * EffectsSetup.SLOW_EVENTS),
            new Row(EffectsSetup.TASKS, Duration.ofMillis(50), 2_500),
            new Row(1, EffectsSetup.CALL, 100),
            new Row(20, EffectsSetup.CALL, 2_500),
            new Row(10_000, EffectsSetup.CALL, EffectsSetup.SLOW_EVENTS));

    private final EffectsSetup setup;

    public ThroughputSection(EffectsSetup setup) {
        this.setup = setup;
    }

    public void run() throws Exception {
        ResultTables.Table speed = setup.tables()
                .table(
                        "Slow calls",
                        "tasks, call",
                        "events",
                        "sink",
                        "parallel-consumer",
                        "limit",
                        "sink ÷ limit",
                        "the same without the last commit",
                        "sink ÷ parallel-consumer");
        ResultTables.Table resources = setup.tables()
                .table(
                        "Resources for slow calls: sink / parallel-consumer / limit",
                        "tasks, call",
                        "a call took, ms",
                        "concurrent calls",
                        "threads",
                        "heap, MB",
                        "CPU µs an event");
        for (Row row : ROWS) {
            measure(row, speed, resources);
        }
        speed.note("Events per second: median of the rounds (minimum–maximum). The limit is " + Workload.CONCURRENCY
                + " threads, or as many as there are tasks, that only sleep for the duration of the calls. The clock of the sink and of"
                + " parallel-consumer stops when the last offset is committed; without the last commit, it stops when the last result"
                + " is recorded.");
        resources.note(
                "Medians of the rounds of: how long a call took on average; maximum concurrent calls; maximum threads, in addition to those that existed"
                        + " before; maximum heap in use after a garbage collection, in addition to what was in use before; CPU time"
                        + " of the measuring JVM.");
    }

    private void measure(Row row, ResultTables.Table speed, ResultTables.Table resources) throws Exception {
        int events = setup.options().events(row.events);
        int tasks = Math.min(row.tasks, events);
        Workload workload = new Workload(setup.topics().interleaved(tasks, events), events, row.call);
        List<Double> recorded = new ArrayList<>();
        Candidate ours = new Candidate("sink", usage -> setup.sink()
                .measure(setup.cluster().newName("sink"), workload, EffectSettings.DEFAULT, usage, recorded::add));
        Candidate theirs = new Candidate("parallel-consumer", usage -> new ParallelConsumerRun(setup.cluster())
                .measure(workload, EffectSettings.DEFAULT.commitInterval(), usage));
        Candidate limit = new Candidate(
                "limit", usage -> SleepingThreadsRun.measure(workload, Math.min(Workload.CONCURRENCY, tasks), usage));
        String name =
                String.format(Locale.ROOT, "%,d %s, %d ms", tasks, tasks == 1 ? "task" : "tasks", row.call.toMillis());
        boolean first = row.equals(ROWS.get(0));
        // short calls are limited by the CPU, as is what compiles
        InterleavedRounds rounds = first || row.call.toMillis() <= 1
                ? setup.warmedUp()
                : setup.options().rounds();
        setup.compare(name, workload, rounds, List.of(ours, theirs, limit));
        Samples withoutCommit = new Samples(name + " / sink, without the last commit");
        recorded.stream().skip(rounds.warmups()).forEach(withoutCommit::add);
        setup.tables().add(withoutCommit.name(), withoutCommit);
        PairedRatio ofLimit = PairedRatio.of(withoutCommit, limit.results().perSecond());
        speed.row(
                name,
                String.format(Locale.ROOT, "%,d", events),
                ours.results().perSecond().spread(),
                theirs.results().perSecond().spread(),
                limit.results().perSecond().spread(),
                ResultTables.ratio(ours.results(), limit.results()),
                ofLimit.toString(),
                ResultTables.ratio(ours.results(), theirs.results()));
        if (first) {
            setup.tables().goal(name, "without the last commit, at least 0.98 of the limit", ofLimit, 0.98);
            setup.tables().goal(name, "as fast as parallel-consumer (at least 0.98)", ratio(ours, theirs), 0.98);
        } else if (row.call.toMillis() == 1) {
            setup.tables().goal(name, "at least as fast as parallel-consumer", ratio(ours, theirs), 1);
        }
        List<RoundResults> all = List.of(ours.results(), theirs.results(), limit.results());
        resources.row(
                name,
                ResultTables.medians("%.2f", all, RoundResults::callMillis),
                ResultTables.medians("%.0f", all, RoundResults::concurrentCalls),
                ResultTables.medians("%.0f", all, RoundResults::threads),
                ResultTables.medians("%.0f", all, RoundResults::heapMegabytes),
                ResultTables.medians("%.0f", all, RoundResults::cpuMicros));
    }

    private static PairedRatio ratio(Candidate ours, Candidate theirs) {
        return ours.results().ratioTo(theirs.results());
    }
}
