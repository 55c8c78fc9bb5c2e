package io.taskqueue.streams.admin;

import io.taskqueue.kafka.TopicNames;
import io.taskqueue.kafka.TopicReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** Reads topics of a sink as far as they are committed, whether the sink runs or not. Thread-safe. */
record SinkChangelog(Map<String, Object> kafka, String sink) {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** Reads the changelog of one of the sink's stores, and returns its number of partitions; empty where there is no such topic. */
    Optional<Integer> read(String store, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        return read(store, partition -> true, reader);
    }

    /** The same for some of its partitions. */
    Optional<Integer> read(String store, IntPredicate wanted, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        return readTopic(TopicNames.changelog(sink, store), wanted, reader);
    }

    /** Reads the changelog of one of the sink's stores, and returns whether it has no more than about so many records; otherwise it stops there. */
    boolean readAtMost(String store, long mostRecords, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        try (TopicReader topics = TopicReader.open(kafka, IsolationLevel.READ_COMMITTED, TIMEOUT)) {
            List<TopicPartition> partitions = topics.partitions(TopicNames.changelog(sink, store));
            return topics.readToEnd(topics.beginnings(partitions), mostRecords, reader);
        }
    }

    /** Reads the sink's control topic, and returns its number of partitions; empty where there is no such topic. */
    Optional<Integer> readControl(Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        return readTopic(TopicNames.control(sink), reader);
    }

    /** Reads a topic, and returns its number of partitions; empty where there is no such topic. */
    Optional<Integer> readTopic(String topic, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        return readTopic(topic, partition -> true, reader);
    }

    private Optional<Integer> readTopic(
            String topic, IntPredicate wanted, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        try (TopicReader topics = TopicReader.open(kafka, IsolationLevel.READ_COMMITTED, TIMEOUT)) {
            List<TopicPartition> partitions = topics.partitions(topic);
            List<TopicPartition> read = partitions.stream()
                    .filter(partition -> wanted.test(partition.partition()))
                    .toList();
            topics.readToEnd(topics.beginnings(read), reader);
            return partitions.isEmpty() ? Optional.empty() : Optional.of(partitions.size());
        }
    }
}
