package io.taskqueue.benchmarks;

import io.taskqueue.benchmarks.broker.BrokerProcess;
import io.taskqueue.benchmarks.broker.WorkDirectory;
import io.taskqueue.benchmarks.measure.CommandOptions;
import io.taskqueue.benchmarks.measure.MachineDescription;
import io.taskqueue.benchmarks.memory.FilledTopic;
import io.taskqueue.benchmarks.memory.SinkProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** {@code benchmarks/run memory}: the resident set size of a sink with many results, with and without a bound of its state's memory. */
public final class StateMemoryComparison {

    private static final String USAGE =
            """
            Usage: benchmarks/run memory [--results N] [--partitions N] [--heap SIZE] [--memory MB,...]
              --results N      results of effects; default 1000000
              --partitions N   partitions of the event topic; default 12
              --heap SIZE      -Xmx of the measured process; default 256m
              --memory L       memory of the state in MB, 0 for Kafka Streams' own configuration; default 0,128
            """;

    private StateMemoryComparison() {}

    public static void main(String[] arguments) throws Exception {
        int results = 1_000_000;
        int partitions = 12;
        String heap = "256m";
        String memories = "0,128";
        try {
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--results" -> results =
                            Integer.parseInt(CommandOptions.operand(arguments, ++i, "[1-9][0-9]{0,7}", USAGE));
                    case "--partitions" -> partitions =
                            Integer.parseInt(CommandOptions.operand(arguments, ++i, "[1-9][0-9]?", USAGE));
                    case "--heap" -> heap = CommandOptions.operand(arguments, ++i, "[0-9]+[mg]", USAGE);
                    case "--memory" -> memories = CommandOptions.operand(arguments, ++i, "[0-9]+(,[0-9]+)*", USAGE);
                    default -> throw CommandOptions.unknown(arguments[i], USAGE);
                }
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        run(new FilledTopic("filled", partitions, results), heap, List.of(memories.split(",", -1)));
        System.exit(0);
    }

    private static void run(FilledTopic topic, String heap, List<String> memories) throws Exception {
        try (WorkDirectory directory = WorkDirectory.create("memory-");
                BrokerProcess broker = BrokerProcess.start(directory.path().resolve("broker"));
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            topic.fill(admin, producer);
            System.out.println(
                    "| memory of the state | results/s | RSS, recorded (peak), MB | RSS, all read again (peak), MB |");
            System.out.println("| --- | ---: | ---: | ---: |");
            for (String memory : memories) {
                long bytes = Long.parseLong(memory) << 20;
                String name = "memory-" + memory;
                Path states = directory.path().resolve(name);
                SinkProcess recorded = SinkProcess.run(broker.bootstrapServers(), name, topic, states, heap, bytes);
                rewind(admin, name, topic);
                SinkProcess replayed = SinkProcess.run(broker.bootstrapServers(), name, topic, states, heap, bytes);
                System.out.println(String.format(
                        Locale.ROOT,
                        "| %s | %,d | %,d (%,d) | %,d (%,d) |",
                        bytes == 0 ? "Kafka Streams' own" : memory + " MB",
                        recorded.perSecond(),
                        recorded.resident(),
                        recorded.peak(),
                        replayed.resident(),
                        replayed.peak()));
            }
        }
        System.out.println(String.format(
                Locale.ROOT,
                "%,d results over %d partitions, -Xmx%s. %s",
                topic.events(),
                topic.partitions(),
                heap,
                MachineDescription.describe(BrokerProcess.HEAP)));
    }

    private static void rewind(Admin admin, String group, FilledTopic topic) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> beginning = topic.numbers()
                .mapToObj(partition -> new TopicPartition(topic.name(), partition))
                .collect(Collectors.toMap(partition -> partition, partition -> new OffsetAndMetadata(0)));
        admin.alterConsumerGroupOffsets(group, beginning).all().get();
    }
}
