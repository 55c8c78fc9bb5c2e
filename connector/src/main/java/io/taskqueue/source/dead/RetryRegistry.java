package io.taskqueue.source.dead;

import io.taskqueue.kafka.TopicReader;
import io.taskqueue.source.registry.ClaimRegistry;
import io.taskqueue.source.registry.RegistryKey;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The orders of one queue, and their results, in the registry topic. */
record RetryRegistry(TopicPartition partition, String queueName) {

    RetryRegistry(String topic, String queueName) {
        this(new TopicPartition(topic, 0), queueName);
    }

    /** Reads the registry to the end that it has now. */
    void read(TopicReader reader, RetryBacklog backlog) {
        ClaimRegistry.Contents unused = new ClaimRegistry(reader, partition.topic()).read(backlog::take);
    }

    /**
     * The record about an order.
     *
     * @param value the order, its result, or null to remove both
     */
    ProducerRecord<byte[], byte[]> record(UUID order, byte @Nullable [] value) {
        return new ProducerRecord<>(
                partition.topic(),
                partition.partition(),
                RegistryKey.retryOrder(queueName, order).bytes(),
                value);
    }
}
