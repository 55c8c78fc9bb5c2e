package io.taskqueue.benchmarks;

import io.taskqueue.benchmarks.broker.BrokerProcess;
import io.taskqueue.benchmarks.broker.WorkDirectory;
import io.taskqueue.benchmarks.measure.CommandOptions;
import io.taskqueue.benchmarks.measure.MachineDescription;
import io.taskqueue.benchmarks.memory.FilledTopic;
import io.taskqueue.benchmarks.memory.PurgeRun;
import io.taskqueue.benchmarks.memory.SinkProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** {@code benchmarks/run growth}: what a sink costs with more and more results in its state. */
public final class GrowthComparison {

    private static final String USAGE =
            """
            Usage: benchmarks/run growth [--results N,...] [--partitions N] [--heap SIZE] [--memory MB] [--short]
              --results L      numbers of results; default 1000,10000,100000,1000000; 10000000 takes an hour and 20 GB
              --partitions N   partitions of the event topic; default 12
              --heap SIZE      -Xmx of the measured process; default 256m
              --memory MB      memory of the state; default 128
              --short          1,000 results: checks that everything runs; its figures are not meaningful
            """;

    private GrowthComparison() {}

    public static void main(String[] arguments) throws Exception {
        List<Integer> sizes = List.of(1_000, 10_000, 100_000, 1_000_000);
        int partitions = 12;
        String heap = "256m";
        long memory = 128;
        try {
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--results" -> sizes =
                            sizes(CommandOptions.operand(arguments, ++i, "[1-9][0-9]{0,7}(,[1-9][0-9]{0,7})*", USAGE));
                    case "--partitions" -> partitions =
                            Integer.parseInt(CommandOptions.operand(arguments, ++i, "[1-9][0-9]?", USAGE));
                    case "--heap" -> heap = CommandOptions.operand(arguments, ++i, "[0-9]+[mg]", USAGE);
                    case "--memory" -> memory =
                            Long.parseLong(CommandOptions.operand(arguments, ++i, "[1-9][0-9]{0,4}", USAGE));
                    case "--short" -> sizes = List.of(1_000);
                    default -> throw CommandOptions.unknown(arguments[i], USAGE);
                }
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        run(sizes, partitions, heap, memory << 20);
        System.exit(0);
    }

    private static List<Integer> sizes(String list) {
        return Stream.of(list.split(",", -1)).map(Integer::parseInt).toList();
    }

    private static void run(List<Integer> sizes, int partitions, String heap, long memory) throws Exception {
        System.out.println(
                "| results | recorded/s | replayed/s | start with the state, ms | start without it, ms |"
                        + " on disk, MB | RSS, recorded, MB | RSS, replayed, MB | purged/s | an event, p99 before / during the purge, ms |");
        System.out.println("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        for (int results : sizes) {
            try (WorkDirectory directory = WorkDirectory.create("growth-");
                    BrokerProcess broker = BrokerProcess.start(directory.path().resolve("broker"))) {
                measure(
                        broker.bootstrapServers(),
                        new FilledTopic("filled", partitions, results),
                        directory.path().resolve("states"),
                        heap,
                        memory);
            }
        }
        System.out.println(String.format(
                Locale.ROOT,
                "%d partitions, -Xmx%s, %d MB for the state, a new broker for each row. The rates include the start of the process, which"
                        + " is most of the time of the first rows. The purge deletes all results while %,d events a second go on. %s",
                partitions,
                heap,
                memory >> 20,
                PurgeRun.TRAFFIC,
                MachineDescription.describe(BrokerProcess.HEAP)));
    }

    private static void measure(String servers, FilledTopic topic, Path states, String heap, long memory)
            throws Exception {
        String name = "growth";
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers));
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", servers), new ByteArraySerializer(), new ByteArraySerializer())) {
            topic.fill(admin, producer);
            SinkProcess recorded = SinkProcess.run(servers, name, topic, states, heap, memory);
            admin.alterConsumerGroupOffsets(
                            name,
                            topic.numbers()
                                    .mapToObj(partition -> new TopicPartition(topic.name(), partition))
                                    .collect(Collectors.toMap(
                                            partition -> partition, partition -> new OffsetAndMetadata(0))))
                    .all()
                    .get();
            SinkProcess replayed = SinkProcess.run(servers, name, topic, states, heap, memory);
            long onDisk = size(states);
            SinkProcess with = SinkProcess.start(servers, name, topic, states, heap, memory);
            delete(states);
            SinkProcess without = SinkProcess.start(servers, name, topic, states, heap, memory);
            PurgeRun purge =
                    PurgeRun.of(new PurgeRun.Setting(servers, name, states, heap, memory), topic, admin, producer);
            System.out.println(String.format(
                    Locale.ROOT,
                    "| %,d | %,d | %,d | %,d | %,d | %,.1f | %,d | %,d | %,d | %.1f / %.1f |",
                    topic.events(),
                    recorded.perSecond(),
                    replayed.perSecond(),
                    with.startMillis(),
                    without.startMillis(),
                    onDisk / 1e6,
                    recorded.resident(),
                    replayed.resident(),
                    purge.perSecond(),
                    purge.p99Before(),
                    purge.p99During()));
        }
    }

    private static long size(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(GrowthComparison::length)
                    .sum();
        }
    }

    private static long length(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
