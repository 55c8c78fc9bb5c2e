package io.taskqueue.cli;

import io.taskqueue.event.Position;
import io.taskqueue.serde.EventHeaders;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The newest event of each queue, read from the end of the event topic by its headers alone. */
final class QueueTails {

    /** How many records from the end of a partition are looked at. */
    static final int DEPTH = 10_000;

    /** The newest event of a queue. */
    record Tail(Position position, Instant at) {}

    private final Map<String, Tail> tails = new HashMap<>();

    private QueueTails() {}

    /** Reads the tails; a queue whose newest event lies deeper is not among them. */
    static Map<String, Tail> read(EventTopic topic, Map<String, Object> kafka)
            throws InterruptedException, ExecutionException {
        Map<TopicPartition, Long> earliest = topic.offsets(OffsetSpec.earliest());
        Map<TopicPartition, Long> from = new HashMap<>();
        topic.offsets(OffsetSpec.latest())
                .forEach((partition, end) ->
                        from.put(partition, Math.max(earliest.getOrDefault(partition, 0L), end - DEPTH)));
        QueueTails found = new QueueTails();
        topic.read(kafka, from, found::see);
        return found.tails;
    }

    private void see(ConsumerRecord<byte[], byte[]> record) {
        EventHeaders.read(record.headers()).ifPresent(headers -> {
            Tail tail = new Tail(headers.position(), Instant.ofEpochMilli(record.timestamp()));
            tails.merge(
                    headers.queueName(),
                    tail,
                    (one, other) -> one.position().compareTo(other.position()) >= 0 ? one : other);
        });
    }
}
