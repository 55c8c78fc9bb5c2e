package io.taskqueue.serde;

/**
 * How a payload becomes the {@code value} of an event: one JSON value in UTF-8, never {@code null}.
 *
 * <p>Implementations are thread-safe. The bytes of a payload are made once, when its task is enqueued, and reused by every
 * later event of the task.
 *
 * @param <T> the payload's type
 */
public interface PayloadCodec<T> {

    /**
     * The payload as one complete JSON value, in UTF-8.
     *
     * @throws RuntimeException if the payload cannot be written; the enqueue is then refused and the queue unchanged
     */
    byte[] encode(T payload);

    /**
     * The payload that {@link #encode} wrote.
     *
     * @param json one complete JSON value in UTF-8, digit by digit as it was written; not to be changed
     * @throws RuntimeException if it is not a payload of this codec; the event is then undecodable
     */
    T decode(byte[] json);

    /**
     * Payloads of one class, as a JSON value of the shape that Jackson gives them by default: records, beans, collections,
     * {@code java.time}. Properties that the class does not know are ignored when read; numbers without a Java type of their own
     * keep their digits.
     */
    static <T> PayloadCodec<T> json(Class<T> type) {
        return new JsonPayloadCodec<>(type);
    }

    /** Texts, as a JSON string. */
    static PayloadCodec<String> utf8() {
        return TextPayloadCodec.UTF8;
    }

    /** Bytes, as a JSON string in base64. */
    static PayloadCodec<byte[]> bytes() {
        return TextPayloadCodec.BYTES;
    }

    /**
     * Texts that are JSON themselves, inserted as they are: every digit, every blank, the order of fields. White space around
     * the value is cut off.
     */
    static PayloadCodec<String> jsonText() {
        return new JsonTextPayloadCodec();
    }
}
