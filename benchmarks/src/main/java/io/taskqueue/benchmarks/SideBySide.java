package io.taskqueue.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Whole ways beside what Kafka's own clients do with the same bytes, on one broker in a process of its own.
 *
 * <pre>
 *   queue -> source -> told safe      beside  the same records through a bare producer
 *   topic -> sink, one no-op effect   beside  the same records through a bare Streams processor with one put
 *   topic -> sink, 10 ms effects      beside  as many threads that only sleep
 * </pre>
 *
 * <p>The two take turns, each round on fresh topics and fresh state; the first rounds are thrown away.
 */
public final class SideBySide {

    private static final Path TARGET = Path.of("benchmarks", "target");
    /** How many records the bare producer has in memory: few enough to leave the heap alone. */
    private static final int SAMPLE = 20_000;

    private static final int SLOW_TASKS = 200;
    private static final Duration SLOW = Duration.ofMillis(10);

    private final Plan plan;
    private final Cluster cluster;
    private final Report report;
    private final SourceRun source;
    private final Path states;

    private SideBySide(Plan plan, Cluster cluster, Path states) {
        this.plan = plan;
        this.cluster = cluster;
        this.report = new Report(plan);
        this.source = new SourceRun(cluster);
        this.states = states;
    }

    public static void main(String[] arguments) throws Exception {
        Plan plan;
        try {
            plan = Plan.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        Files.createDirectories(TARGET);
        Path directory = Files.createTempDirectory(TARGET, "side-by-side-");
        try (ChildBroker broker = ChildBroker.start(directory.resolve("broker"));
                Cluster cluster = new Cluster(broker.bootstrapServers())) {
            new SideBySide(plan, cluster, directory.resolve("states")).run();
        } finally {
            delete(directory);
        }
        System.exit(0);
    }

    private void run() throws Exception {
        String events = source.measure(Tuning.CHOSEN, plan.volume().tasks()).topic();
        List<ConsumerRecord<byte[], byte[]>> records = cluster.read(events, SAMPLE);
        if (plan.sources()) {
            run(publishing(records), events);
            for (Tuning tuning : plan.tuning()) {
                report.add(source.roundTrips(tuning, plan.volume().roundTrips()));
            }
        }
        if (plan.sinks()) {
            run(List.of(consuming(events)), events);
            String slow = source.failing(SLOW_TASKS, plan.volume().laps());
            run(
                    List.of(waiting(
                            slow,
                            SLOW_TASKS * SourceRun.eventsOfFailing(plan.volume().laps()))),
                    slow);
        }
        System.out.println();
        System.out.println(report.markdown());
        Path json = TARGET.resolve("side-by-side.json");
        report.write(json);
        System.out.println("The same as JSON: " + json);
    }

    private List<Race> publishing(List<ConsumerRecord<byte[], byte[]>> records) {
        ProducerRun producer = new ProducerRun(cluster, records);
        return plan.tuning().stream()
                .map(tuning -> new Race(
                        "queue → source → told safe (" + tuning + ")",
                        new Contender("source", () -> source.measure(
                                        tuning, plan.volume().tasks())
                                .rate()),
                        new Contender(
                                "bare producer",
                                () -> producer.measure(tuning, plan.volume().events()))))
                .toList();
    }

    private Race consuming(String events) {
        SinkRun sink = new SinkRun(cluster, states);
        StreamsRun streams = new StreamsRun(cluster, states);
        return new Race(
                "topic → sink, one recorded no-op effect",
                new Contender("sink", () -> sink.measure(events, plan.volume().events(), Duration.ZERO)),
                new Contender(
                        "bare Streams, one put",
                        () -> streams.measure(events, plan.volume().events())));
    }

    private Race waiting(String slow, int count) {
        SinkRun sink = new SinkRun(cluster, states);
        return new Race(
                "topic → sink, effects of 10 ms, " + SLOW_TASKS + " tasks, " + SinkRun.CONCURRENCY + " at once",
                new Contender("sink", () -> sink.measure(slow, count, SLOW)),
                new Contender("only sleeping", () -> SleepRun.measure(SinkRun.CONCURRENCY, count, SLOW)));
    }

    private interface Measurement {
        Stopwatch.Rate run() throws Exception;
    }

    private record Contender(String name, Contest contest, Measurement measurement) {

        Contender(String name, Measurement measurement) {
            this(name, new Contest(name), measurement);
        }

        /** Runs a round; returns how many there were a second. */
        double run(boolean counts) throws Exception {
            Stopwatch.Rate rate = measurement.run();
            if (counts) {
                contest.add(rate);
            }
            return rate.perSecond();
        }
    }

    private record Race(String way, Contender ours, Contender theirs) {}

    /** Runs all races, a round of each in turn, so that whatever else the machine does falls on all of them alike. */
    private void run(List<Race> races, String kept) throws Exception {
        for (int round = -plan.warmups(); round < plan.rounds(); round++) {
            for (Race race : races) {
                double our = race.ours.run(round >= 0);
                cluster.deleteAllBut(Set.of(kept));
                double their = race.theirs.run(round >= 0);
                cluster.deleteAllBut(Set.of(kept));
                System.err.printf(
                        Locale.ROOT,
                        "%s, %s: %s %,.0f, %s %,.0f%n",
                        race.way,
                        round < 0 ? "warm-up" : "round " + (round + 1) + " of " + plan.rounds(),
                        race.ours.name,
                        our,
                        race.theirs.name,
                        their);
            }
        }
        races.forEach(race -> report.add(new Report.Comparison(race.way, race.ours.contest, race.theirs.contest)));
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
