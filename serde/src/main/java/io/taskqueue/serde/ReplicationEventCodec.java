package io.taskqueue.serde;

import io.taskqueue.event.ReplicationEvent;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a {@code ReplicationEvent} as the JSON value of a record, and decodes it.
 *
 * <p>The format is public API. A record is one object in UTF-8, with its fields in this order; absent fields are omitted:
 *
 * <pre>
 *   sequenceNumber, sourceEventId, queueName, kind, sourcePeerId, ownerPeerId, occurredAt, recordedAt, taskSequenceId,
 *   attempt, value (see below), error {message, code, metadata}, ownershipToken {sequenceId, attempt, leaseId}, leaseExpiration,
 *   flags [FromDrain | FromExpiration | DeadLetter | HandOver], sourceEpoch, taskEpoch, enqueuedAt,
 *   taskQueueName (if the task was first enqueued in another queue), instanceId (SourceStarted),
 *   availableAt (if the task waits for its next attempt), pendingSinceEventId (Snapshot), taskKey (if it has one),
 *   firstAttempt (if the task was retried), traceparent, tracestate (if the task was enqueued in a trace),
 *   priority (Low | High; absent if it is normal)
 * </pre>
 *
 * <p>Every event of a task has the field {@code value}, the payload, unless its source includes payloads in the first event of a task only
 * ({@link io.taskqueue.event.PayloadInclusion}): then the kinds Available, LeaseGranted, Heartbeat, Completed, Failed, LeaseExpired and Requeued are
 * without it. Of any other kind, a record without it is not a valid event.
 *
 * <p>A reader skips fields and flags that it does not know, which is how the format can grow, and takes an unknown priority for the normal
 * one. It rejects an unknown kind,
 * because its effect on a queue is unknown. This codec can read everything that it writes.
 *
 * <p>Thread-safe.
 */
public final class ReplicationEventCodec<T> {

    /** The size of the largest record that is read, in bytes. */
    public static final int MAX_RECORD_BYTES = RecordLimits.MAX_RECORD_BYTES;

    /** The size of the largest payload that is written, in bytes of JSON. The limit of a topic is usually lower. */
    public static final int MAX_PAYLOAD_BYTES = RecordLimits.MAX_PAYLOAD_BYTES;

    /** The maximum size of a record (key, value and headers) without its payload, in bytes. */
    public static final int MAX_ENVELOPE_BYTES = 256 * 1024;

    /** The maximum depth of nested objects and arrays in a record, the record included; one less in a payload. */
    public static final int MAX_DEPTH = RecordLimits.MAX_DEPTH;

    /** The length of the longest number, in characters. */
    public static final int MAX_NUMBER_LENGTH = RecordLimits.MAX_NUMBER_LENGTH;

    /** The length of the longest field name, in characters. */
    public static final int MAX_NAME_LENGTH = RecordLimits.MAX_NAME_LENGTH;

    /** The maximum number of unknown fields in a record, which are skipped. */
    public static final int MAX_UNKNOWN_FIELDS = RecordLimits.MAX_UNKNOWN_FIELDS;

    private static final int USUAL_RECORD_BYTES = 1024;
    private static final int LARGEST_KEPT_BYTES = 64 * 1024;

    /** Buffers for the next records, of all codecs: a process has one for each queue, and few threads. Null while a thread uses it. */
    private static final AtomicReferenceArray<@Nullable RecordBytes> BUFFERS = new AtomicReferenceArray<>(16);

    private final PayloadCodec<T> payloads;

    public ReplicationEventCodec(PayloadCodec<T> payloads) {
        this.payloads = Objects.requireNonNull(payloads, "payloads");
    }

    /**
     * Encodes a payload for {@link #encode(ReplicationEvent, byte[])}. The result is one JSON value, not null, in UTF-8 and
     * within the limits above, also if the payload codec is the application's own.
     *
     * @throws RuntimeException if the payload cannot be written as such a value; the message has the reason
     */
    public byte[] encodePayload(T payload) {
        byte[] json = payloads.encode(payload);
        return payloads instanceof CheckedPayloadCodec ? json : PayloadJson.requireValid(json);
    }

    /** Encodes an event and its payload. Throws as {@link #encodePayload}. */
    public byte[] encode(ReplicationEvent<T> event) {
        return encode(event, event.hasPayload() ? encodePayload(event.payload()) : new byte[0]);
    }

    /**
     * Encodes an event whose payload is encoded already.
     *
     * @param payload what {@link #encodePayload} returned, copied unchanged; ignored if the event has no payload
     */
    public byte[] encode(ReplicationEvent<?> event, byte[] payload) {
        int place = (int) Thread.currentThread().getId() & (BUFFERS.length() - 1);
        RecordBytes reused = BUFFERS.getAndSet(place, null);
        RecordBytes bytes = reused == null ? new RecordBytes(USUAL_RECORD_BYTES) : reused;
        bytes.begin(payload);
        try {
            EventJsonWriter.write(event, bytes);
        } catch (IOException e) {
            throw new IllegalStateException("Writing " + event + " to memory failed.", e);
        }
        byte[] record = bytes.end();
        if (bytes.capacity() <= LARGEST_KEPT_BYTES) {
            BUFFERS.set(place, bytes);
        }
        return record;
    }

    /**
     * Decodes an event.
     *
     * @throws UndecodableEventException whatever is wrong with the bytes, and whatever the payload codec throws for them. An
     *     {@link Error} that the record did not cause (out of memory, a broken class path) is thrown unchanged
     */
    public ReplicationEvent<T> decode(byte[] json) {
        if (json.length == 0) {
            throw UndecodableEventException.because("it is empty", null);
        }
        if (json.length > MAX_RECORD_BYTES) {
            throw UndecodableEventException.because(
                    "it has " + json.length + " bytes, but at most " + MAX_RECORD_BYTES + " are allowed", null);
        }
        int malformed = Utf8Validator.firstMalformed(json);
        if (malformed >= 0) {
            throw UndecodableEventException.because("byte " + malformed + " is not valid UTF-8", null);
        }
        try {
            return EventJsonReader.read(json).toEvent(this::decodePayload);
        } catch (UndecodableEventException e) {
            throw e;
        } catch (IllegalArgumentException invalid) {
            throw UndecodableEventException.because(SanitizedText.of(invalid.getMessage()), invalid);
        } catch (IOException | RuntimeException | StackOverflowError unexpected) {
            throw UndecodableEventException.because(
                    "reading it failed with " + SanitizedText.of(unexpected.toString()), unexpected);
        }
    }

    private T decodePayload(byte[] value) {
        T payload;
        try {
            payload = payloads.decode(value);
        } catch (LinkageError | OutOfMemoryError | InternalError notCausedByTheRecord) {
            throw notCausedByTheRecord;
        } catch (Throwable thrown) {
            throw UndecodableEventException.because(
                    "the payload codec failed on its field value with " + SanitizedText.of(thrown.toString()), thrown);
        }
        if (payload == null) {
            throw UndecodableEventException.because("the payload codec returned null for its field value", null);
        }
        return payload;
    }
}
