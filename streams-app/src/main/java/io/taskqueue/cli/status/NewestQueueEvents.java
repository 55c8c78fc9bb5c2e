package io.taskqueue.cli.status;

import io.taskqueue.event.Position;
import io.taskqueue.kafka.TopicOffsets;
import io.taskqueue.serde.EventHeaders;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The newest event of each queue, found at the end of the event topic; only the headers of the records are decoded. */
final class NewestQueueEvents {

    /** The number of records at the end of each partition that are read. */
    static final int DEPTH = 10_000;

    /** The newest event of a queue. */
    record NewestEvent(Position position, Instant at) {}

    private final Map<String, NewestEvent> newest = new HashMap<>();

    private NewestQueueEvents() {}

    /** Reads the newest events by queue, without queues whose newest event lies before the records that are read. */
    static Map<String, NewestEvent> read(TopicOffsets topic, Map<String, Object> kafka) throws InterruptedException {
        Map<TopicPartition, Long> earliest = topic.offsets(OffsetSpec.earliest());
        Map<TopicPartition, Long> from = new HashMap<>();
        topic.offsets(OffsetSpec.latest())
                .forEach((partition, end) ->
                        from.put(partition, Math.max(earliest.getOrDefault(partition, 0L), end - DEPTH)));
        NewestQueueEvents found = new NewestQueueEvents();
        topic.read(kafka, from, found::add);
        return found.newest;
    }

    private void add(ConsumerRecord<byte[], byte[]> record) {
        EventHeaders.read(record.headers()).ifPresent(headers -> {
            NewestEvent event = new NewestEvent(headers.position(), Instant.ofEpochMilli(record.timestamp()));
            newest.merge(
                    headers.queueName(),
                    event,
                    (one, other) -> one.position().compareTo(other.position()) >= 0 ? one : other);
        });
    }
}
