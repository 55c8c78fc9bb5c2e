package io.taskqueue.source;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.ReplicationEventCodec;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.utils.Utils;

/**
 * Makes the record of an event, no larger than the topic takes: where an event's error would make it so, the error is cut
 * down to {@link #shortened}, for which every payload that was let in leaves room.
 */
final class EventRecords<T> {

    /** What Kafka adds to a key, a value and headers: the batch's header and, at the most, a record's lengths. */
    private static final int FRAME_BYTES = 61 + 21;

    private static final int HEADER_FRAME_BYTES = 10;
    private static final int SHORT_CODE_CHARS = 64;
    private static final int SHORT_MESSAGE_CHARS = 256;

    private final String queueName;
    private final Peers<T> peers;
    private final ReplicationEventCodec<T> codec;
    private final UUID instanceId;
    private final TopicPartition partition;
    private final byte[] key;
    private final int maxRecordBytes;

    EventRecords(
            String queueName,
            Peers<T> peers,
            ReplicationEventCodec<T> codec,
            UUID instanceId,
            TopicPartition partition,
            int maxRecordBytes) {
        this.queueName = queueName;
        this.peers = peers;
        this.codec = codec;
        this.instanceId = instanceId;
        this.partition = partition;
        this.key = queueName.getBytes(StandardCharsets.UTF_8);
        this.maxRecordBytes = maxRecordBytes;
    }

    /** The partition of a queue: where any Kafka client puts a record with its name as the key. */
    static int partitionOf(String queueName, int partitions) {
        return Utils.toPositive(Utils.murmur2(queueName.getBytes(StandardCharsets.UTF_8))) % partitions;
    }

    /** An event and its record. */
    record Made<T>(ReplicationEvent<T> event, ProducerRecord<byte[], byte[]> record) {}

    Made<T> make(Buffered<T> buffered) {
        SourceMetadata metadata = new SourceMetadata(
                buffered.position, peers.source(), peers.ownerOf(buffered.change.task()), buffered.recordedAt);
        ReplicationEvent<T> event = ReplicationEvent.of(queueName, metadata, buffered.change);
        ProducerRecord<byte[], byte[]> record = record(event, buffered.payload);
        if (event.error().isEmpty() || size(record) <= maxRecordBytes) {
            return new Made<>(event, record);
        }
        ReplicationEvent<T> shorter = ReplicationEvent.of(queueName, metadata, withShortError(buffered.change));
        return new Made<>(shorter, record(shorter, buffered.payload));
    }

    ProducerRecord<byte[], byte[]> sourceStarted(long epoch, Instant now) {
        ReplicationEvent<T> event = ReplicationEvent.sourceStarted(
                queueName, new SourceMetadata(new Position(epoch, 0), peers.source(), null, now), instanceId);
        return record(event, new byte[0]);
    }

    ProducerRecord<byte[], byte[]> record(ReplicationEvent<T> event, byte[] payload) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(partition.topic(), partition.partition(), key, codec.encode(event, payload));
        EventHeaders.write(event, instanceId, record.headers());
        return record;
    }

    /** The size of the record, alone in a batch and not compressed; an upper bound. */
    static int size(ProducerRecord<byte[], byte[]> record) {
        int size = FRAME_BYTES + record.key().length + record.value().length;
        for (Header header : record.headers()) {
            size += HEADER_FRAME_BYTES + header.key().length() + header.value().length;
        }
        return size;
    }

    static TaskError shortened(TaskError error) {
        return new TaskError(
                error.code() == null ? null : cut(error.code(), SHORT_CODE_CHARS),
                cut(error.message(), SHORT_MESSAGE_CHARS),
                Map.of());
    }

    private static <T> TaskEvent<T> withShortError(TaskEvent<T> change) {
        TaskEvent.Builder<T> copy = TaskEvent.builder(
                        change.kind(), change.number(), change.occurredAt(), change.task())
                .token(change.token().orElse(null))
                .leaseExpiration(change.leaseExpiration().orElse(null))
                .error(change.error().map(EventRecords::shortened).orElse(null));
        change.flags().forEach(copy::flag);
        return copy.build();
    }

    private static String cut(String text, int chars) {
        if (text.length() <= chars) {
            return text;
        }
        boolean splitsPair = Character.isHighSurrogate(text.charAt(chars - 1));
        return text.substring(0, splitsPair ? chars - 1 : chars);
    }
}
