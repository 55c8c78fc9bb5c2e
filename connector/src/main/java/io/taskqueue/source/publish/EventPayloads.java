package io.taskqueue.source.publish;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.NameRule;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.Position;
import io.taskqueue.event.Priority;
import io.taskqueue.event.QueueName;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.event.TraceContext;
import io.taskqueue.queue.PayloadRefusedException;
import io.taskqueue.serde.ReplicationEventCodec;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The payloads of a queue's events: encodes each once, refuses those for which an event of their task would not fit into a record, and decides which
 * events include it. What an event has beyond its payload is measured once, on the largest event that is possible. Thread-safe.
 */
public final class EventPayloads<T> {

    /** A character of one byte that takes six bytes in JSON and three in a header, more than any other character. */
    private static final String WIDEST = "\u0001";

    private static final TraceContext LARGEST_TRACE = new TraceContext(
            "00-ffffffffffffffffffffffffffffffff-ffffffffffffffff-01", "\"".repeat(TraceContext.MAX_STATE_LENGTH));

    private static final Instant LONGEST_INSTANT = Instant.parse("9999-12-31T23:59:59.999999999Z");

    private final String queueName;
    private final String sourcePeer;
    private final ReplicationEventCodec<T> codec;
    private final EventRecords<T> records;
    private final int maxRecordBytes;
    private final PayloadInclusion inclusion;
    private volatile int envelopeBytes;

    public EventPayloads(
            String queueName,
            String sourcePeer,
            ReplicationEventCodec<T> codec,
            EventRecords<T> records,
            int maxRecordBytes,
            PayloadInclusion inclusion) {
        this.queueName = queueName;
        this.sourcePeer = sourcePeer;
        this.codec = codec;
        this.records = records;
        this.maxRecordBytes = maxRecordBytes;
        this.inclusion = inclusion;
    }

    /** The payload as an event of that kind is published with it, or null if it is published without. */
    byte @Nullable [] included(EventKind kind, byte[] payload) {
        return inclusion.includes(kind) ? Objects.requireNonNull(payload, "payload") : null;
    }

    /** @throws PayloadRefusedException if the payload cannot be encoded, or its events would not fit into a record */
    public byte[] encode(T payload) {
        byte[] bytes;
        try {
            bytes = codec.encodePayload(payload);
        } catch (RuntimeException | StackOverflowError e) {
            throw new PayloadRefusedException(
                    "The payload, a " + payload.getClass().getName() + ", cannot be encoded as JSON: " + e.getMessage()
                            + ". Queue " + queueName + " is unchanged; enqueue payloads that its codec can encode.",
                    e);
        }
        if (envelopeBytes == 0) {
            envelopeBytes = envelopeBytes(largestEvent(payload), bytes);
        }
        if (bytes.length > maxRecordBytes - envelopeBytes) {
            throw new PayloadRefusedException("The payload has " + bytes.length + " bytes as JSON, but queue "
                    + queueName
                    + " accepts at most " + (maxRecordBytes - envelopeBytes) + ": a record may have " + maxRecordBytes
                    + " bytes, of which an event's other fields need up to " + envelopeBytes
                    + ". The queue is unchanged;"
                    + " raise max.message.bytes of the topic and producer.max.request.size, or enqueue a reference.");
        }
        return bytes;
    }

    /** What the largest event has beyond its payload; without it, its record has a header more, which may be larger than a short payload. */
    private int envelopeBytes(TaskEvent<T> change, byte[] payload) {
        int included = size(change, payload) - payload.length;
        return inclusion.includes(change.kind())
                ? included
                : Math.max(included, size(change.withoutPayload(), payload));
    }

    private int size(TaskEvent<T> change, byte[] payload) {
        SourceMetadata metadata = new SourceMetadata(
                new Position(Long.MAX_VALUE, Long.MAX_VALUE),
                sourcePeer,
                WIDEST.repeat(NameRule.MAX_BYTES),
                LONGEST_INSTANT);
        ProducerRecord<byte[], byte[]> record =
                records.record(ReplicationEvent.of(queueName, metadata, change), payload);
        return EventRecords.size(record);
    }

    private static <T> TaskEvent<T> largestEvent(T payload) {
        return TaskEvent.builder(
                        EventKind.LEASE_EXPIRED,
                        Long.MAX_VALUE,
                        LONGEST_INSTANT,
                        new Task<>(
                                new TaskId(WIDEST.repeat(QueueName.MAX_BYTES), Long.MAX_VALUE, Long.MAX_VALUE),
                                Integer.MAX_VALUE,
                                LONGEST_INSTANT,
                                payload,
                                WIDEST.repeat(Task.MAX_KEY_BYTES),
                                Integer.MAX_VALUE,
                                LARGEST_TRACE,
                                Priority.HIGH))
                .token(new OwnershipToken(Long.MAX_VALUE, Integer.MAX_VALUE, new UUID(-1, -1)))
                .error(EventRecords.shortened(new TaskError(WIDEST.repeat(1_000), WIDEST.repeat(1_000), Map.of())))
                .leaseExpiration(LONGEST_INSTANT)
                .availableAt(LONGEST_INSTANT)
                .flag(EventFlag.FROM_EXPIRATION)
                .build();
    }
}
