package io.taskqueue.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The broker that is measured against, and its topics: each of one partition, made for one round. */
final class Cluster implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(10);

    private final String bootstrapServers;
    private final Admin admin;
    private int made;

    Cluster(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
        this.admin = Admin.create(Map.<String, Object>of("bootstrap.servers", bootstrapServers));
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    Map<String, Object> settings() {
        return Map.of("bootstrap.servers", bootstrapServers);
    }

    /** A name that was not used before. */
    String freshName(String purpose) {
        return purpose + "-" + ++made;
    }

    /** A topic of one partition that can be written to. */
    String freshTopic(String purpose) throws InterruptedException, ExecutionException {
        String topic = freshName(purpose);
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

    /** Deletes every topic but those: the disk's cache should hold what is measured. */
    void deleteAllBut(Collection<String> kept) throws InterruptedException, ExecutionException {
        Set<String> others = admin.listTopics().names().get().stream()
                .filter(topic -> !kept.contains(topic))
                .collect(Collectors.toSet());
        admin.deleteTopics(others).all().get();
    }

    /** The first records of the topic's only partition, in order: some more than so many, if it holds them. */
    List<ConsumerRecord<byte[], byte[]>> read(String topic, int least) throws InterruptedException, ExecutionException {
        return read(topic, least, "read_uncommitted");
    }

    /** All records of the topic's only partition whose transaction was committed; there must be none that is open. */
    List<ConsumerRecord<byte[], byte[]>> readCommitted(String topic) throws InterruptedException, ExecutionException {
        return read(topic, Integer.MAX_VALUE, "read_committed");
    }

    private List<ConsumerRecord<byte[], byte[]>> read(String topic, int least, String isolation)
            throws InterruptedException, ExecutionException {
        TopicPartition partition = new TopicPartition(topic, 0);
        long end = end(topic);
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
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
            while (consumer.position(partition) < end && records.size() < least) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    /** Returns when the group has committed that it has read the topic to its end. */
    void awaitCommitted(String group, String topic) throws InterruptedException, ExecutionException {
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

    /** Moves the offsets of a group that has no members to the topic's beginning. */
    void rewind(String group, String topic) throws InterruptedException, ExecutionException {
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
