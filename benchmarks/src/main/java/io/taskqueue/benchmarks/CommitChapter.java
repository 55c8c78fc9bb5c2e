package io.taskqueue.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How fast a sink is at other commit intervals. */
final class CommitChapter {

    private final Stage stage;

    CommitChapter(Stage stage) {
        this.stage = stage;
    }

    void run() throws Exception {
        List<Contender> slow = contenders("calls of 10 ms, by commit interval", stage.slowWork(2));
        List<Contender> noOp = contenders("no-op, by commit interval", stage.noOpWork(2));
        Figures.Table table = stage.figures()
                .table(
                        "Commit intervals",
                        "commit interval",
                        "calls of 10 ms",
                        "no-op",
                        "CPU µs an event, 10 ms / no-op");
        for (int i = 0; i < slow.size(); i++) {
            Contest ten = slow.get(i).contest();
            Contest none = noOp.get(i).contest();
            table.row(
                    ten.name(),
                    Figures.spread(ten.perSecond()),
                    Figures.spread(none.perSecond()),
                    Figures.medians("%.1f", List.of(ten, none), Contest::cpuMicros));
        }
        table.note("Events a second: median of the rounds (least–most).");
    }

    private List<Contender> contenders(String what, Work work) throws Exception {
        List<Contender> contenders = new ArrayList<>();
        for (Duration interval : stage.commitIntervals()) {
            contenders.add(new Contender(interval.toMillis() + " ms", footprint -> stage.sink()
                    .measure(work, Terms.at(interval), footprint)));
        }
        stage.turns(what, work, contenders);
        return contenders;
    }
}
