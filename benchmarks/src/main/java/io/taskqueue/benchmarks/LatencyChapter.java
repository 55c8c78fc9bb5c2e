package io.taskqueue.benchmarks;

import io.taskqueue.sink.OnAmbiguity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** How long an event takes that comes alone, by commit interval and by what an effect declares. */
final class LatencyChapter {

    private static final Duration PACE = Duration.ofMillis(20);
    private static final int EVENTS = 175;

    private final Stage stage;

    LatencyChapter(Stage stage) {
        this.stage = stage;
    }

    /** The quantiles of each round. */
    private static final class Quantiles {

        private final String name;
        private final Series p50;
        private final Series p95;
        private final Series p99;

        Quantiles(String name) {
            this.name = name;
            p50 = new Series(name);
            p95 = new Series(name);
            p99 = new Series(name);
        }

        void add(Series round) {
            p50.add(round.quantile(0.5));
            p95.add(round.quantile(0.95));
            p99.add(round.quantile(0.99));
        }

        String show(Figures figures, String of) {
            String key = "latency / " + of + " / " + name + " / ";
            figures.keep(key + "p50", p50);
            figures.keep(key + "p95", p95);
            figures.keep(key + "p99", p99);
            return Figures.number("%.1f", p50.median()) + " / " + Figures.number("%.1f", p95.median()) + " / "
                    + Figures.number("%.1f", p99.median());
        }
    }

    private record Contestant(Terms terms, Quantiles call, Quantiles recorded, Quantiles committed) {

        Contestant(Terms terms) {
            this(terms, new Quantiles("call"), new Quantiles("recorded"), new Quantiles("committed"));
        }

        void add(LatencyRun.Latencies round) {
            call.add(round.call());
            recorded.add(round.recorded());
            committed.add(round.committed());
        }
    }

    void run() throws Exception {
        int events = Math.max(50, stage.plan().events(EVENTS));
        String topic = stage.topics().interleaved(Stage.TASKS, events);
        LatencyRun latency = new LatencyRun(stage, stage.topics().records(topic, events), PACE);
        List<Contestant> contestants = new ArrayList<>();
        for (Duration interval : stage.commitIntervals()) {
            contestants.add(new Contestant(Terms.at(interval)));
        }
        contestants.add(new Contestant(new Terms(Terms.DEFAULT.commitInterval(), OnAmbiguity.park())));
        Rounds rounds = stage.plan().rounds();
        for (int round = -rounds.warmups(); round < rounds.measured(); round++) {
            for (Contestant contestant : contestants) {
                LatencyRun.Latencies latencies = latency.measure(Stage.SLOW, contestant.terms);
                if (round >= 0) {
                    contestant.add(latencies);
                }
                stage.cluster().deleteAllBut(Set.of(topic));
            }
            System.err.println("latency, " + rounds.label(round));
        }
        show(contestants, events);
    }

    private void mark(String quantile, Series found, double most) {
        stage.figures()
                .mark(
                        "50 events a second, a call of 10 ms, sent → recorded",
                        quantile + " of " + Figures.number("%.0f", most) + " ms and less",
                        Figures.number("%.1f ms", found.median()),
                        found.median() <= most);
    }

    private void show(List<Contestant> contestants, int events) {
        Figures.Table table = stage.figures()
                .table(
                        "50 events a second, a call of 10 ms",
                        "declared, commit interval",
                        "the call itself, ms",
                        "sent → recorded, ms",
                        "sent → committed, ms");
        for (Contestant contestant : contestants) {
            String of = contestant.terms.policy() + ", " + contestant.terms.interval();
            table.row(
                    of,
                    contestant.call.show(stage.figures(), of),
                    contestant.recorded.show(stage.figures(), of),
                    contestant.committed.show(stage.figures(), of));
        }
        Quantiles usual = contestants.stream()
                .filter(contestant -> contestant.terms.equals(Terms.DEFAULT))
                .findFirst()
                .orElseThrow()
                .recorded;
        mark("p50", usual.p50, 15);
        mark("p95", usual.p95, 25);
        table.note("p50 / p95 / p99 of " + events + " events a round, medians of the rounds. *Sent*: just before the"
                + " producer's `send`. *Recorded*: the stream thread has put the result into the store and its changelog,"
                + " and an observer of the service has heard of it. *Committed*: a `read_committed` consumer of the changelog"
                + " has the result. PARK stands for all that commit an intent before the call.");
    }
}
