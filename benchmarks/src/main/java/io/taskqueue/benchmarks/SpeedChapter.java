package io.taskqueue.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Calls that take their time, of one task or many: ours, parallel-consumer's, and threads that only take that time. */
final class SpeedChapter {

    private record Row(int tasks, Duration call, int events) {}

    private static final List<Row> ROWS = List.of(
            new Row(Stage.TASKS, Stage.SLOW, Stage.SLOW_EVENTS),
            new Row(Stage.TASKS, Duration.ofMillis(1), Stage.SLOW_EVENTS),
            new Row(Stage.TASKS, Duration.ofMillis(50), 2_500),
            new Row(1, Stage.SLOW, 100),
            new Row(20, Stage.SLOW, 2_500),
            new Row(10_000, Stage.SLOW, Stage.SLOW_EVENTS));

    private final Stage stage;

    SpeedChapter(Stage stage) {
        this.stage = stage;
    }

    void run() throws Exception {
        Figures.Table speed = stage.figures()
                .table(
                        "Calls that take their time",
                        "tasks, call",
                        "events",
                        "sink",
                        "parallel-consumer",
                        "limit",
                        "sink ÷ limit",
                        "sink ÷ parallel-consumer");
        Figures.Table price = stage.figures()
                .table(
                        "What it takes: sink / parallel-consumer / limit",
                        "tasks, call",
                        "calls at once",
                        "threads",
                        "heap, MB",
                        "CPU µs an event");
        for (Row row : ROWS) {
            measure(row, speed, price);
        }
        speed.note(
                "Events a second: median of the rounds (least–most). The limit is 64 threads, or as many as there are tasks,"
                        + " that do nothing but take the call's time.");
        price.note(
                "Medians of the rounds of: most calls at the same time; most threads beyond those that were there before;"
                        + " most heap in use after a collection, beyond what was in use before; CPU time of the measuring JVM.");
    }

    private void marks(String run, Contest ours, Contest theirs, Contest limit) {
        double ofLimit = Figures.share(ours, limit);
        double ofTheirs = Figures.share(ours, theirs);
        stage.figures().mark(run, "0.97 of the limit", Figures.number("%.3f", ofLimit), ofLimit >= 0.97);
        stage.figures()
                .mark(
                        run,
                        "level with parallel-consumer (0.98 and more)",
                        Figures.number("%.3f", ofTheirs),
                        ofTheirs >= 0.98);
    }

    private void measure(Row row, Figures.Table speed, Figures.Table price) throws Exception {
        int events = stage.plan().events(row.events);
        int tasks = Math.min(row.tasks, events);
        Work work = new Work(stage.topics().interleaved(tasks, events), events, row.call);
        Contender ours = new Contender("sink", footprint -> stage.sink().measure(work, Terms.DEFAULT, footprint));
        Contender theirs = new Contender("parallel-consumer", footprint -> new ParallelConsumerRun(stage.cluster())
                .measure(work, Terms.DEFAULT.commitInterval(), footprint));
        Contender limit =
                new Contender("limit", footprint -> SleepRun.measure(work, Math.min(Work.AT_ONCE, tasks), footprint));
        String name =
                String.format(Locale.ROOT, "%,d %s, %d ms", tasks, tasks == 1 ? "task" : "tasks", row.call.toMillis());
        boolean first = row.equals(ROWS.get(0));
        stage.turns(name, work, first ? stage.warmed() : stage.plan().rounds(), List.of(ours, theirs, limit));
        speed.row(
                name,
                String.format(Locale.ROOT, "%,d", events),
                Figures.spread(ours.contest().perSecond()),
                Figures.spread(theirs.contest().perSecond()),
                Figures.spread(limit.contest().perSecond()),
                Figures.ratio(ours.contest(), limit.contest()),
                Figures.ratio(ours.contest(), theirs.contest()));
        if (first) {
            marks(name, ours.contest(), theirs.contest(), limit.contest());
        }
        List<Contest> all = List.of(ours.contest(), theirs.contest(), limit.contest());
        price.row(
                name,
                Figures.medians("%.0f", all, Contest::atOnce),
                Figures.medians("%.0f", all, Contest::threads),
                Figures.medians("%.0f", all, Contest::heapMegabytes),
                Figures.medians("%.0f", all, Contest::cpuMicros));
    }
}
