package io.taskqueue.source.publish;

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
 * Builds the record of an event, no larger than the topic accepts: an error that would make it larger is shortened, for which
 * every accepted payload leaves room.
 */
public final class EventRecords<T> {

    /** What Kafka adds to a key, a value and headers: the batch's header and, at most, a record's lengths. */
    private static final int FRAME_BYTES = 61 + 21;

    private static final byte[] NO_PAYLOAD = {};
    private static final int HEADER_FRAME_BYTES = 10;
    private static final int SHORT_CODE_CHARS = 64;
    private static final int SHORT_MESSAGE_CHARS = 256;

    private final String queueName;
    private final PeerResolver<T> peers;
    private final ReplicationEventCodec<T> codec;
    private final UUID instanceId;
    private final EventHeaders.Writer headers;
    private final TopicPartition partition;
    private final byte[] key;
    private final int maxRecordBytes;

    public EventRecords(
            String queueName,
            PeerResolver<T> peers,
            ReplicationEventCodec<T> codec,
            UUID instanceId,
            TopicPartition partition,
            int maxRecordBytes) {
        this.queueName = queueName;
        this.peers = peers;
        this.codec = codec;
        this.instanceId = instanceId;
        this.headers = EventHeaders.writer(peers.source(), instanceId);
        this.partition = partition;
        this.key = queueName.getBytes(StandardCharsets.UTF_8);
        this.maxRecordBytes = maxRecordBytes;
    }

    /** The partition of a queue: the one that Kafka's default partitioner chooses for its name as the key. */
    public static int partitionOf(String queueName, int partitions) {
        return Utils.toPositive(Utils.murmur2(queueName.getBytes(StandardCharsets.UTF_8))) % partitions;
    }

    /** Where the records go. */
    public TopicPartition partition() {
        return partition;
    }

    /** Builds the event as it is published, if that has not been done before, and its record. */
    ProducerRecord<byte[], byte[]> record(BufferedEvent<T> buffered) {
        byte[] payload = buffered.payload == null ? NO_PAYLOAD : buffered.payload;
        ReplicationEvent<T> published = buffered.published;
        if (published != null) {
            return record(published, payload);
        }
        SourceMetadata metadata = new SourceMetadata(
                buffered.position(), peers.source(), peers.ownerOf(buffered.change), buffered.recordedAt);
        TaskEvent<T> change = buffered.payload == null ? buffered.change.withoutPayload() : buffered.change;
        published = ReplicationEvent.of(queueName, metadata, change);
        ProducerRecord<byte[], byte[]> record = record(published, payload);
        if (published.error().isPresent() && size(record) > maxRecordBytes) {
            published = ReplicationEvent.of(queueName, metadata, withShortError(change));
            record = record(published, payload);
        }
        buffered.published = published;
        return record;
    }

    /** The record that opens an epoch. */
    public ProducerRecord<byte[], byte[]> sourceStarted(long epoch, Instant now) {
        ReplicationEvent<T> event = ReplicationEvent.sourceStarted(
                queueName, new SourceMetadata(new Position(epoch, 0), peers.source(), null, now), instanceId);
        return record(event, NO_PAYLOAD);
    }

    /** @param payload ignored if the event has none */
    ProducerRecord<byte[], byte[]> record(ReplicationEvent<T> event, byte[] payload) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(partition.topic(), partition.partition(), key, codec.encode(event, payload));
        headers.write(event, record.headers());
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

    static <T> TaskEvent<T> withShortError(TaskEvent<T> change) {
        TaskEvent.Builder<T> copy = TaskEvent.builder(
                        change.kind(), change.number(), change.occurredAt(), change.task())
                .token(change.token().orElse(null))
                .leaseExpiration(change.leaseExpiration().orElse(null))
                .availableAt(change.availableAt().orElse(null))
                .error(change.error().map(EventRecords::shortened).orElse(null));
        change.pendingSince().ifPresent(copy::pendingSince);
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
