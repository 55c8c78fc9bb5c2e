package io.taskqueue.benchmarks.broker;

import io.taskqueue.benchmarks.measure.Stopwatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The broker's topics, each with one partition and created for one round. */
public final class BenchmarkCluster implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(10);

    private final String bootstrapServers;
    private final Admin admin;
    private int names;

    public BenchmarkCluster(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
        this.admin = Admin.create(Map.<String, Object>of("bootstrap.servers", bootstrapServers));
    }

    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** What every Kafka client is configured with. */
    public Map<String, Object> settings() {
        return Map.of("bootstrap.servers", bootstrapServers);
    }

    /** A name that has not been used before in this run. */
    public String newName(String purpose) {
        return purpose + "-" + ++names;
    }

    /** Creates a topic with one partition and returns when it can be used. */
    public String newTopic(String purpose) throws InterruptedException, ExecutionException {
        String topic = newName(purpose);
        admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
        while (true) {
            try {
                end(topic);
                return topic;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof RetriableException)) {
                    throw e;
                }
                Stopwatch.pause(PAUSE);
            }
        }
    }

    /** A producer with the acknowledgements and the idempotence of a source's. */
    public KafkaProducer<byte[], byte[]> producer(Map<String, Object> batching) {
        Map<String, Object> settings = new HashMap<>(settings());
        settings.putAll(batching);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Deletes all other topics, so that the operating system caches those that are measured. */
    public void deleteAllExcept(Collection<String> kept) throws InterruptedException, ExecutionException {
        Set<String> others = admin.listTopics().names().get().stream()
                .filter(topic -> !kept.contains(topic))
                .collect(Collectors.toSet());
        admin.deleteTopics(others).all().get();
    }

    /** The first records of a topic, in order: at least a number of them, if there are so many. */
    public List<ConsumerRecord<byte[], byte[]>> read(String topic, int minimum)
            throws InterruptedException, ExecutionException {
        return read(topic, minimum, "read_uncommitted");
    }

    /** All records of a topic whose transactions are committed. No transaction may be open. */
    public List<ConsumerRecord<byte[], byte[]>> readCommitted(String topic)
            throws InterruptedException, ExecutionException {
        return read(topic, Integer.MAX_VALUE, "read_committed");
    }

    /** Passes on the first records of a topic, in order: a number of them, if there are so many. They need not fit into memory. */
    public void read(String topic, int number, Consumer<ConsumerRecord<byte[], byte[]>> reader)
            throws InterruptedException, ExecutionException {
        int[] left = {number};
        poll(topic, "read_uncommitted", () -> left[0] > 0, record -> {
            if (left[0]-- > 0) {
                reader.accept(record);
            }
        });
    }

    private List<ConsumerRecord<byte[], byte[]>> read(String topic, int minimum, String isolation)
            throws InterruptedException, ExecutionException {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        poll(topic, isolation, () -> records.size() < minimum, records::add);
        return records;
    }

    private void poll(
            String topic, String isolation, BooleanSupplier more, Consumer<ConsumerRecord<byte[], byte[]>> reader)
            throws InterruptedException, ExecutionException {
        TopicPartition partition = new TopicPartition(topic, 0);
        long end = end(topic);
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                isolation,
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                10_000);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            while (consumer.position(partition) < end && more.getAsBoolean()) {
                consumer.poll(Duration.ofMillis(100)).forEach(reader);
            }
        }
    }

    /** Returns when the group has committed the end of a topic. */
    public void awaitCommitted(String group, String topic) throws InterruptedException, ExecutionException {
        long end = end(topic);
        TopicPartition partition = new TopicPartition(topic, 0);
        while (true) {
            OffsetAndMetadata committed = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .get(partition);
            if (committed != null && committed.offset() >= end) {
                return;
            }
            Stopwatch.pause(PAUSE);
        }
    }

    /** The size of a topic in the log of its broker. */
    public long bytes(String topic) throws InterruptedException, ExecutionException {
        List<Integer> brokers =
                admin.describeCluster().nodes().get().stream().map(Node::id).toList();
        return admin.describeLogDirs(brokers).allDescriptions().get().values().stream()
                .flatMap(directories -> directories.values().stream())
                .flatMap(directory -> directory.replicaInfos().entrySet().stream())
                .filter(replica -> replica.getKey().topic().equals(topic))
                .mapToLong(replica -> replica.getValue().size())
                .sum();
    }

    /** Moves the committed offset of a group, which must have no members, to the beginning of a topic. */
    public void rewind(String group, String topic) throws InterruptedException, ExecutionException {
        admin.alterConsumerGroupOffsets(group, Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(0)))
                .all()
                .get();
    }

    private long end(String topic) throws InterruptedException, ExecutionException {
        TopicPartition partition = new TopicPartition(topic, 0);
        return admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                .partitionResult(partition)
                .get()
                .offset();
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(5));
    }
}
