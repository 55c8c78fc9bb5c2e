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
}
