package io.taskqueue.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
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
        String events = source.measure(Tuning.CHOSEN, plan.tasks()).topic();
        List<ConsumerRecord<byte[], byte[]>> records = cluster.read(events, SAMPLE);
        if (plan.sources()) {
            for (Tuning tuning : plan.tuning()) {
                report.add(publish(events, records, tuning));
                report.add(source.roundTrips(tuning, plan.roundTrips()));
            }
        }
        if (plan.sinks()) {
            report.add(consume(events, plan.events()));
            report.add(
                    wait(source.failing(SLOW_TASKS, plan.laps()), SLOW_TASKS * SourceRun.eventsOfFailing(plan.laps())));
        }
        System.out.println();
        System.out.println(report.markdown());
        Path json = TARGET.resolve("side-by-side.json");
        report.write(json);
        System.out.println("The same as JSON: " + json);
    }

    private Report.Comparison publish(String kept, List<ConsumerRecord<byte[], byte[]>> records, Tuning tuning)
            throws Exception {
        ProducerRun producer = new ProducerRun(cluster, records);
        return interleaved(
                "queue → source → told safe (" + tuning + ")",
                new Contender(
                        "source", () -> source.measure(tuning, plan.tasks()).rate()),
                new Contender("bare producer", () -> producer.measure(tuning, plan.events())),
                List.of(kept));
    }

    private Report.Comparison consume(String events, int count) throws Exception {
        SinkRun sink = new SinkRun(cluster, states);
        StreamsRun streams = new StreamsRun(cluster, states);
        return interleaved(
                "topic → sink, one recorded no-op effect",
                new Contender("sink", () -> sink.measure(events, count, Duration.ZERO)),
                new Contender("bare Streams, one put", () -> streams.measure(events, count)),
                List.of(events));
    }

    private Report.Comparison wait(String slow, int count) throws Exception {
        SinkRun sink = new SinkRun(cluster, states);
        return interleaved(
                "topic → sink, effects of 10 ms, " + SLOW_TASKS + " tasks, " + SinkRun.CONCURRENCY + " at once",
                new Contender("sink", () -> sink.measure(slow, count, SLOW)),
                new Contender("only sleeping", () -> SleepRun.measure(SinkRun.CONCURRENCY, count, SLOW)),
                List.of(slow));
    }

    private record Contender(String name, Measurement measurement) {}

    private interface Measurement {
        Stopwatch.Rate run() throws Exception;
    }

    private Report.Comparison interleaved(String way, Contender ours, Contender theirs, List<String> kept)
            throws Exception {
        Contest us = new Contest(ours.name);
        Contest them = new Contest(theirs.name);
        for (int round = -plan.warmups(); round < plan.rounds(); round++) {
            Stopwatch.Rate our = ours.measurement.run();
            cluster.deleteAllBut(kept);
            Stopwatch.Rate their = theirs.measurement.run();
            cluster.deleteAllBut(kept);
            System.err.printf(
                    Locale.ROOT,
                    "%s, %s: %s %,.0f, %s %,.0f%n",
                    way,
                    round < 0 ? "warm-up" : "round " + (round + 1) + " of " + plan.rounds(),
                    ours.name,
                    our.perSecond(),
                    theirs.name,
                    their.perSecond());
            if (round >= 0) {
                us.add(our);
                them.add(their);
            }
        }
        return new Report.Comparison(way, us, them);
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
