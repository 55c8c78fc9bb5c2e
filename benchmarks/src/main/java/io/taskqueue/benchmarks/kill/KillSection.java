package io.taskqueue.benchmarks.kill;

import io.taskqueue.benchmarks.effects.EffectsSetup;
import io.taskqueue.benchmarks.effects.Workload;
import io.taskqueue.benchmarks.measure.ResultTables;
import io.taskqueue.benchmarks.measure.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The cost of a kill -9 in the middle of a first run, by commit interval. */
public final class KillSection {

    private final EffectsSetup setup;

    public KillSection(EffectsSetup setup) {
        this.setup = setup;
    }

    private record KillResults(Duration commitInterval, Samples repeated, Samples resumed, Samples caughtUp) {

        KillResults(Duration interval, String name) {
            this(interval, new Samples(name), new Samples(name), new Samples(name));
        }

        String name() {
            return repeated.name();
        }

        void add(KillRun.Cost cost) {
            repeated.add(cost.repeated());
            resumed.add(cost.resumed().toMillis() / 1e3);
            caughtUp.add(cost.caughtUp().toMillis() / 1e3);
        }
    }

    public void run() throws Exception {
        Workload workload = setup.slowWorkload();
        List<KillResults> all = new ArrayList<>();
        setup.commitIntervals().forEach(interval -> all.add(new KillResults(interval, interval.toMillis() + " ms")));
        KillRun kills = new KillRun(setup);
        // without warm-up: the killed process is a new one in each round
        for (int round = 0; round < setup.options().rounds().measured(); round++) {
            for (KillResults results : all) {
                KillRun.Cost cost = kills.measure(workload, results.commitInterval);
                results.add(cost);
                setup.cluster().deleteAllExcept(Set.of(workload.topic()));
                System.err.println("kill, " + results.name() + ", "
                        + setup.options().rounds().label(round) + ": " + cost);
            }
        }
        ResultTables.Table table = setup.tables()
                .table(
                        "kill -9 in the middle of a first run",
                        "commit interval",
                        "effects run again",
                        "first effect after, s",
                        "caught up after, s");
        for (KillResults results : all) {
            addGoal(results);
            table.row(results.name(), results.repeated.spread(), seconds(results.resumed), seconds(results.caughtUp));
            setup.tables().add("kill / " + results.name() + " / again", results.repeated);
            setup.tables().add("kill / " + results.name() + " / resumed s", results.resumed);
            setup.tables().add("kill / " + results.name() + " / caught up s", results.caughtUp);
        }
        table.note(workload.events() + " events of " + EffectsSetup.TASKS
                + " tasks, calls of 10 ms, 64 concurrent. A child process is killed after half of the calls; the next instance"
                + " starts immediately and waits until the group removes the killed one (6 s). No event was lost in any round:"
                + " for each event, a ledger outside of the processes has a call, and its result is committed.");
    }

    /** At most the work of one commit interval, and of the calls that were running, is repeated. */
    private void addGoal(KillResults results) {
        double interval = 1.0 * Workload.CONCURRENCY * results.commitInterval.toNanos() / EffectsSetup.CALL.toNanos();
        double max = interval + Workload.CONCURRENCY;
        setup.tables()
                .goal(
                        "kill -9, commit interval " + results.name(),
                        ResultTables.number(
                                "at most %.0f effects run again: those of a commit interval, and those running", max),
                        ResultTables.number("%.0f", results.repeated.median()),
                        results.repeated.median() <= max);
    }

    private static String seconds(Samples samples) {
        return ResultTables.number("%.1f", samples.median());
    }
}
