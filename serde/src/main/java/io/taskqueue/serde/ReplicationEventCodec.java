package io.taskqueue.serde;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import io.taskqueue.event.ReplicationEvent;
import java.io.IOException;
import java.util.Objects;

/**
 * The JSON value of a record: {@code ReplicationEvent} to bytes and back.
 *
 * <p>The format is public API. One object a record, in UTF-8, fields in this order, absent ones left out:
 *
 * <pre>
 *   sequenceNumber, sourceEventId, queueName, kind, sourcePeerId, ownerPeerId, occurredAt, recordedAt, taskSequenceId,
 *   attempt, value, error {message, code, metadata}, ownershipToken {sequenceId, attempt, leaseId}, leaseExpiration,
 *   flags [FromDrain | FromExpiration | DeadLetter], sourceEpoch, taskEpoch, enqueuedAt,
 *   taskQueueName (where the task was born in another queue), instanceId (SourceStarted)
 * </pre>
 *
 * <p>A reader passes over fields and flags that it does not know, which is how the format grows; an unknown kind is refused,
 * because what it does to a queue cannot be guessed. Whatever this codec writes it also reads.
 *
 * <p>Thread-safe.
 */
public final class ReplicationEventCodec<T> {

    /** The size of the largest record that is read, in bytes. */
    public static final int MAX_RECORD_BYTES = 16 * 1024 * 1024;

    /** The size of the largest payload that is written, in bytes of JSON. The topic usually takes less than this. */
    public static final int MAX_PAYLOAD_BYTES = 12 * 1024 * 1024;

    /** By how many bytes a record (key, value and headers) is larger than its payload, at the most. */
    public static final int MAX_ENVELOPE_BYTES = 256 * 1024;

    /** How deep objects and arrays may be nested in a record, the record itself counted; one less in a payload. */
    public static final int MAX_DEPTH = 500;

    /** The number of characters of the longest number. */
    public static final int MAX_NUMBER_LENGTH = 1_000;

    /** The number of characters of the longest field name. */
    public static final int MAX_NAME_LENGTH = 50_000;

    /** How many unknown fields of a record are passed over. */
    public static final int MAX_UNKNOWN_FIELDS = 256;

    private static final int USUAL_ENVELOPE_BYTES = 768;

    private final PayloadCodec<T> payloads;

    public ReplicationEventCodec(PayloadCodec<T> payloads) {
        this.payloads = Objects.requireNonNull(payloads, "payloads");
    }

    /**
     * The payload as bytes that {@link #encode(ReplicationEvent, byte[])} takes, made sure of: one JSON value, not null, in
     * UTF-8 and within the limits above, whatever the payload codec did.
     *
     * @throws RuntimeException if the payload cannot be written so; the message says why
     */
    public byte[] encodePayload(T payload) {
        byte[] json = payloads.encode(payload);
        return payloads instanceof CheckedPayloadCodec ? json : Json.requirePayload(json);
    }

    /** The event as bytes, its payload encoded afresh; throws as {@link #encodePayload}. */
    public byte[] encode(ReplicationEvent<T> event) {
        return encode(event, event.change().isPresent() ? encodePayload(event.payload()) : new byte[0]);
    }

    /**
     * The event as bytes, with the payload's bytes made before.
     *
     * @param payload what {@link #encodePayload} returned, copied as it is; not looked at on SourceStarted
     */
    public byte[] encode(ReplicationEvent<?> event, byte[] payload) {
        try (ByteArrayBuilder bytes = new ByteArrayBuilder(payload.length + USUAL_ENVELOPE_BYTES)) {
            try (JsonGenerator out = Json.RECORDS.createGenerator(bytes)) {
                EventWriter.write(event, json -> json.writeRawValue(new RawJson(payload)), out);
            }
            return bytes.toByteArray();
        } catch (IOException impossible) {
            throw new IllegalStateException("Writing " + event + " to memory failed.", impossible);
        }
    }

    /**
     * The event that the bytes are.
     *
     * @throws UndecodableEventException whatever is wrong with the bytes, and whatever the payload codec throws at them; only an
     *     {@link Error} that is not of the record's making (no memory, a broken class path) is passed on as it is
     */
    public ReplicationEvent<T> decode(byte[] json) {
        if (json.length == 0) {
            throw UndecodableEventException.because("it is empty", null);
        }
        if (json.length > MAX_RECORD_BYTES) {
            throw UndecodableEventException.because(
                    "it has " + json.length + " bytes where at most " + MAX_RECORD_BYTES + " are read", null);
        }
        int malformed = Utf8.firstMalformed(json);
        if (malformed >= 0) {
            throw UndecodableEventException.because("byte " + malformed + " is not UTF-8", null);
        }
        try {
            return EventReader.read(json).toEvent(this::decodePayload);
        } catch (UndecodableEventException told) {
            throw told;
        } catch (IllegalArgumentException impossible) {
            throw UndecodableEventException.because(Excerpt.of(impossible.getMessage()), impossible);
        } catch (IOException | RuntimeException | StackOverflowError unforeseen) {
            throw UndecodableEventException.because(
                    "reading it failed with " + Excerpt.of(unforeseen.toString()), unforeseen);
        }
    }

    private T decodePayload(byte[] value) {
        T payload;
        try {
            payload = payloads.decode(value);
        } catch (LinkageError | OutOfMemoryError | InternalError notOfTheRecord) {
            throw notOfTheRecord;
        } catch (Throwable refused) {
            throw UndecodableEventException.because(
                    "the payload codec refused its field value with " + Excerpt.of(refused.toString()), refused);
        }
        if (payload == null) {
            throw UndecodableEventException.because("the payload codec made null of its field value", null);
        }
        return payload;
    }
}
