package io.taskqueue.serde;

import io.taskqueue.libraries.SupportedLibraries;
import io.taskqueue.libraries.UnsupportedLibraryException;

/**
 * Encodes a payload as the {@code value} of an event, which is one JSON value in UTF-8 and never {@code null}.
 *
 * <p>Implementations are thread-safe. A payload is encoded once, when its task is enqueued; every later event of the task
 * reuses the bytes.
 *
 * @param <T> the payload's type
 */
public interface PayloadCodec<T> {

    /**
     * Encodes a payload as one complete JSON value, in UTF-8.
     *
     * @throws RuntimeException if the payload cannot be written; the enqueue is then rejected and the queue unchanged
     */
    byte[] encode(T payload);

    /**
     * Decodes a payload that {@link #encode} wrote.
     *
     * @param json one complete JSON value in UTF-8, the same bytes as they were written; must not be modified
     * @throws RuntimeException if it is not a payload of this codec; the event then cannot be decoded
     */
    T decode(byte[] json);

    /**
     * Payloads of one class, as Jackson maps it by default, read with {@link JsonOptions#DEFAULT}: records, beans, collections,
     * {@link java.util.Optional}, {@code java.time} types in ISO 8601. Numbers that are not mapped to a Java type keep their digits.
     *
     * <p>The first payload of each class that is encoded is read back, and rejected if that fails.
     *
     * @throws UnsupportedLibraryException if the application brings a version of Jackson that does not work here
     */
    static <T> PayloadCodec<T> json(Class<T> type) {
        return json(type, JsonOptions.DEFAULT);
    }

    /**
     * Payloads of one class, as {@link #json(Class)}.
     *
     * @param options what a payload may have in addition, and what it may lack
     */
    static <T> PayloadCodec<T> json(Class<T> type, JsonOptions options) {
        return json(GenericType.of(type), options);
    }

    /**
     * Payloads of a type with type arguments, as {@link #json(Class)}.
     *
     * @param type such as {@code new GenericType<List<Order>>() {}}
     */
    static <T> PayloadCodec<T> json(GenericType<T> type) {
        return json(type, JsonOptions.DEFAULT);
    }

    /**
     * Payloads of a type with type arguments, as {@link #json(Class, JsonOptions)}.
     *
     * <p>Payloads that a mapper of the application writes: {@link ReplicationJson#payloads}.
     */
    static <T> PayloadCodec<T> json(GenericType<T> type, JsonOptions options) {
        SupportedLibraries.requireForJson();
        JsonPayloadMapper<T> mapper = new JsonPayloadMapper<>(type, options);
        return new CheckedPayloadCodec<>(mapper::write, mapper::read);
    }

    /** Texts, each as a JSON string. */
    static PayloadCodec<String> utf8() {
        return new CheckedPayloadCodec<>(TextPayloads::writeString, TextPayloads::readString);
    }

    /** Byte arrays, each as a JSON string in base64. */
    static PayloadCodec<byte[]> bytes() {
        return new CheckedPayloadCodec<>(TextPayloads::writeBase64, TextPayloads::readBase64);
    }

    /**
     * Texts that are JSON already and are written unchanged: digits, white space and the order of fields are kept. White space
     * around the value is removed.
     */
    static PayloadCodec<String> jsonText() {
        return new CheckedPayloadCodec<>(TextPayloads::writeJson, TextPayloads::readJson);
    }
}
