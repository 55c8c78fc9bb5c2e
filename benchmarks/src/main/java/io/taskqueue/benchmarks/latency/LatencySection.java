package io.taskqueue.benchmarks.latency;

import io.taskqueue.benchmarks.effects.EffectSettings;
import io.taskqueue.benchmarks.effects.EffectsSetup;
import io.taskqueue.benchmarks.measure.InterleavedRounds;
import io.taskqueue.benchmarks.measure.ResultTables;
import io.taskqueue.benchmarks.measure.Samples;
import io.taskqueue.sink.OnAmbiguity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The latency of a single event, by commit interval and ambiguity policy. */
public final class LatencySection {

    private static final Duration INTERVAL = Duration.ofMillis(20);
    private static final int EVENTS = 175;

    private final EffectsSetup setup;

    public LatencySection(EffectsSetup setup) {
        this.setup = setup;
    }

    /** The quantiles of all rounds. */
    private static final class Quantiles {

        private final String name;
        private final Samples p50;
        private final Samples p95;
        private final Samples p99;

        Quantiles(String name) {
            this.name = name;
            p50 = new Samples(name);
            p95 = new Samples(name);
            p99 = new Samples(name);
        }

        void add(Samples round) {
            p50.add(round.quantile(0.5));
            p95.add(round.quantile(0.95));
            p99.add(round.quantile(0.99));
        }

        String addTo(ResultTables tables, String of) {
            String key = "latency / " + of + " / " + name + " / ";
            tables.add(key + "p50", p50);
            tables.add(key + "p95", p95);
            tables.add(key + "p99", p99);
            return ResultTables.number("%.1f", p50.median()) + " / " + ResultTables.number("%.1f", p95.median()) + " / "
                    + ResultTables.number("%.1f", p99.median());
        }
    }

    private record LatencyResults(EffectSettings settings, Quantiles call, Quantiles recorded, Quantiles committed) {

        LatencyResults(EffectSettings settings) {
            this(settings, new Quantiles("call"), new Quantiles("recorded"), new Quantiles("committed"));
        }

        void add(LatencyRun.Latencies round) {
            call.add(round.call());
            recorded.add(round.recorded());
            committed.add(round.committed());
        }
    }

    public void run() throws Exception {
        int events = Math.max(50, setup.options().events(EVENTS));
        String topic = setup.topics().interleaved(EffectsSetup.TASKS, events);
        LatencyRun latency = new LatencyRun(setup, setup.topics().records(topic, events), INTERVAL);
        List<LatencyResults> all = new ArrayList<>();
        for (Duration interval : setup.commitIntervals()) {
            all.add(new LatencyResults(EffectSettings.withInterval(interval)));
        }
        all.add(new LatencyResults(new EffectSettings(EffectSettings.DEFAULT.commitInterval(), OnAmbiguity.park())));
        InterleavedRounds rounds = setup.options().rounds();
        for (int round = -rounds.warmups(); round < rounds.measured(); round++) {
            for (LatencyResults results : all) {
                LatencyRun.Latencies latencies = latency.measure(EffectsSetup.CALL, results.settings);
                if (round >= 0) {
                    results.add(latencies);
                }
                setup.cluster().deleteAllExcept(Set.of(topic));
            }
            System.err.println("latency, " + rounds.label(round));
        }
        addTable(all, events);
    }

    private void addGoal(String quantile, Samples found, double max) {
        setup.tables()
                .goal(
                        "50 events per second, a call of 10 ms, sent → recorded",
                        quantile + " of at most " + ResultTables.number("%.0f", max) + " ms",
                        ResultTables.number("%.1f ms", found.median()),
                        found.median() <= max);
    }

    private void addTable(List<LatencyResults> all, int events) {
        ResultTables.Table table = setup.tables()
                .table(
                        "50 events per second, a call of 10 ms",
                        "policy, commit interval",
                        "the call itself, ms",
                        "sent → recorded, ms",
                        "sent → committed, ms");
        for (LatencyResults results : all) {
            String of = results.settings.policy() + ", " + results.settings.interval();
            table.row(
                    of,
                    results.call.addTo(setup.tables(), of),
                    results.recorded.addTo(setup.tables(), of),
                    results.committed.addTo(setup.tables(), of));
        }
        Quantiles usual = all.stream()
                .filter(results -> results.settings.equals(EffectSettings.DEFAULT))
                .findFirst()
                .orElseThrow()
                .recorded;
        addGoal("p50", usual.p50, 15);
        addGoal("p95", usual.p95, 25);
        table.note("p50 / p95 / p99 of " + events
                + " events a round, medians of the rounds. *Sent*: immediately before the"
                + " producer's `send`. *Recorded*: the stream thread has put the result into the store and its changelog,"
                + " and an observer of the service was notified. *Committed*: a `read_committed` consumer of the changelog"
                + " has received the result. PARK represents all policies that commit an intent before the call.");
    }
}
