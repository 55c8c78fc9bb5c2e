package io.taskqueue.streams;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads one of a sink's own topics, as far as it is committed, without being a part of the sink. Not thread-safe. */
final class CommittedRecords implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);

    /** A cluster that says nothing for so many polls is away. */
    private static final int SILENT_POLLS = 600;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;

    /** @param topic where there is none, there are no records */
    CommittedRecords(Map<String, ?> kafka, String topic) {
        Map<String, Object> properties = new HashMap<>(new ClientProperties(kafka).of(Client.CONSUMER));
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        this.consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.partitions = consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        consumer.assign(partitions);
    }

    int partitions() {
        return partitions.size();
    }

    /** All records, up to the end as it is now. */
    void all(Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        read(consumer.beginningOffsets(partitions), reader);
    }

    /** The last records of each partition: those among its last offsets, of which the markers of transactions are some. */
    void last(int offsets, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        Map<TopicPartition, Long> from = new HashMap<>(consumer.beginningOffsets(partitions));
        consumer.endOffsets(partitions).forEach((partition, end) -> from.merge(partition, end - offsets, Math::max));
        read(from, reader);
    }

    private void read(Map<TopicPartition, Long> from, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        from.forEach(consumer::seek);
        int silent = 0;
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            silent = records.isEmpty() ? silent + 1 : 0;
            if (silent > SILENT_POLLS) {
                throw new IllegalStateException(
                        "Topic " + partitions.get(0).topic() + " could not be read to its end: nothing " + "came for "
                                + POLL.multipliedBy(SILENT_POLLS) + ". See that the cluster is well, and try again.");
            }
            records.forEach(reader);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
