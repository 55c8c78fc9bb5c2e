package io.taskqueue.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What a kill -9 in the middle of a first run costs, by commit interval. */
final class KillChapter {

    private final Stage stage;

    KillChapter(Stage stage) {
        this.stage = stage;
    }

    private record Contestant(Duration commitInterval, Series again, Series resumed, Series caughtUp) {

        Contestant(Duration interval, String name) {
            this(interval, new Series(name), new Series(name), new Series(name));
        }

        void add(KillRun.Cost cost) {
            again.add(cost.again());
            resumed.add(cost.resumed().toMillis() / 1e3);
            caughtUp.add(cost.caughtUp().toMillis() / 1e3);
        }
    }

    void run() throws Exception {
        Work work = stage.slowWork();
        List<Contestant> contestants = new ArrayList<>();
        stage.commitIntervals()
                .forEach(interval -> contestants.add(new Contestant(interval, interval.toMillis() + " ms")));
        KillRun kills = new KillRun(stage);
        // nothing warms up: the process that is killed is a new one each time
        for (int round = 0; round < stage.plan().rounds().measured(); round++) {
            for (Contestant contestant : contestants) {
                KillRun.Cost cost = kills.measure(work, contestant.commitInterval);
                contestant.add(cost);
                stage.cluster().deleteAllBut(Set.of(work.topic()));
                System.err.println("kill, " + contestant.again.name() + ", "
                        + stage.plan().rounds().label(round) + ": " + cost);
            }
        }
        Figures.Table table = stage.figures()
                .table(
                        "kill -9 in the middle of a first run",
                        "commit interval",
                        "effects run again",
                        "first effect after, s",
                        "caught up after, s");
        for (Contestant contestant : contestants) {
            String name = contestant.again.name();
            mark(contestant);
            table.row(
                    name, Figures.spread(contestant.again), seconds(contestant.resumed), seconds(contestant.caughtUp));
            stage.figures().keep("kill / " + name + " / again", contestant.again);
            stage.figures().keep("kill / " + name + " / resumed s", contestant.resumed);
            stage.figures().keep("kill / " + name + " / caught up s", contestant.caughtUp);
        }
        table.note("Of " + work.events() + " events of " + Stage.TASKS
                + " tasks, calls of 10 ms, 64 at once; a child process"
                + " is killed after half of the calls, the next instance starts at once and first waits until the group"
                + " gives the dead one up (6 s). Nothing was lost in any round: every event was called for, by a ledger outside,"
                + " and has its committed result.");
    }

    /** A commit interval of work at full speed, and what runs when it dies. */
    private void mark(Contestant contestant) {
        double interval = 1.0 * Work.AT_ONCE * contestant.commitInterval.toNanos() / Stage.SLOW.toNanos();
        double most = interval + Work.AT_ONCE;
        stage.figures()
                .mark(
                        "kill -9, commit interval " + contestant.again.name(),
                        Figures.number("%.0f effects again and less: a commit interval of work, and what runs", most),
                        Figures.number("%.0f", contestant.again.median()),
                        contestant.again.median() <= most);
    }

    private static String seconds(Series series) {
        return Figures.number("%.1f", series.median());
    }
}
