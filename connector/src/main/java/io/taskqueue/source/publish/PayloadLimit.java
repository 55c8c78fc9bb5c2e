package io.taskqueue.source.publish;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.NameRule;
import io.taskqueue.event.OwnershipToken;
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
import java.util.UUID;

/**
 * Encodes payloads, and refuses those for which an event of their task would not fit into a record. What an event has beyond its
 * payload is measured once, on the largest event that is possible.
 */
public final class PayloadLimit<T> {

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
    private volatile int envelopeBytes;

    public PayloadLimit(
            String queueName,
            String sourcePeer,
            ReplicationEventCodec<T> codec,
            EventRecords<T> records,
            int maxRecordBytes) {
        this.queueName = queueName;
        this.sourcePeer = sourcePeer;
        this.codec = codec;
        this.records = records;
        this.maxRecordBytes = maxRecordBytes;
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
            envelopeBytes = EventRecords.size(records.record(largestEvent(payload), bytes)) - bytes.length;
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

    private ReplicationEvent<T> largestEvent(T payload) {
        TaskEvent<T> change = TaskEvent.builder(
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
        SourceMetadata metadata = new SourceMetadata(
                new Position(Long.MAX_VALUE, Long.MAX_VALUE),
                sourcePeer,
                WIDEST.repeat(NameRule.MAX_BYTES),
                LONGEST_INSTANT);
        return ReplicationEvent.of(queueName, metadata, change);
    }
}
