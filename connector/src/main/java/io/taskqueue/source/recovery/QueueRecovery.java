package io.taskqueue.source.recovery;

import io.taskqueue.serde.PayloadCodec;
import java.util.Map;

/** Reads the live tasks of a queue from Kafka without starting a source, claiming the queue, or writing anything. */
public final class QueueRecovery {

    private QueueRecovery() {}

    /**
     * The live tasks of a queue, by the events that Kafka holds now: what a source that starts with a recovery would restore, if it had
     * claimed the queue at this moment. The queue may have an owner, which continues meanwhile.
     *
     * @param kafka where Kafka is, as for a source: {@code consumer.} prefixed properties go to the client alone
     * @param registryTopic the registry topic, by default {@code taskqueue.sources}; it states where the events of the queue are
     * @param codec decodes the payloads
     * @throws IllegalArgumentException if {@code bootstrap.servers} is missing, or the registry has no claim of the queue
     * @throws org.apache.kafka.common.KafkaException if Kafka does not answer, or a topic does not exist
     */
    public static <T> RecoverableQueue<T> read(
            Map<String, ?> kafka, String registryTopic, String queueName, PayloadCodec<T> codec, Recovery settings) {
        throw new UnsupportedOperationException("read " + queueName);
    }
}
