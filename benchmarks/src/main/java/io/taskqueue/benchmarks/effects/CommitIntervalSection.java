package io.taskqueue.benchmarks.effects;

import io.taskqueue.benchmarks.measure.Candidate;
import io.taskqueue.benchmarks.measure.ResultTables;
import io.taskqueue.benchmarks.measure.RoundResults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The speed of a sink with different commit intervals. */
public final class CommitIntervalSection {

    private final EffectsSetup setup;

    public CommitIntervalSection(EffectsSetup setup) {
        this.setup = setup;
    }

    public void run() throws Exception {
        List<Candidate> slow = candidates("calls of 10 ms, by commit interval", setup.slowWorkload(2));
        List<Candidate> noOp = candidates("no-op, by commit interval", setup.noOpWorkload(2));
        ResultTables.Table table = setup.tables()
                .table(
                        "Commit intervals",
                        "commit interval",
                        "calls of 10 ms",
                        "no-op",
                        "CPU µs an event, 10 ms / no-op");
        for (int i = 0; i < slow.size(); i++) {
            RoundResults ofSlow = slow.get(i).results();
            RoundResults ofNoOp = noOp.get(i).results();
            table.row(
                    ofSlow.name(),
                    ofSlow.perSecond().spread(),
                    ofNoOp.perSecond().spread(),
                    ResultTables.medians("%.1f", List.of(ofSlow, ofNoOp), RoundResults::cpuMicros));
        }
        table.note("Events per second: median of the rounds (minimum–maximum).");
    }

    private List<Candidate> candidates(String what, Workload workload) throws Exception {
        List<Candidate> candidates = new ArrayList<>();
        for (Duration interval : setup.commitIntervals()) {
            candidates.add(new Candidate(interval.toMillis() + " ms", usage -> setup.sink()
                    .measure(workload, EffectSettings.withInterval(interval), usage)));
        }
        setup.compare(what, workload, candidates);
        return candidates;
    }
}
