package io.taskqueue.serde;

/**
 * A codec of this package. It checks what it writes, so that {@link ReplicationEventCodec}, which checks what any other codec
 * writes, does not need to check it again.
 */
sealed interface CheckedPayloadCodec<T> extends PayloadCodec<T>
        permits JsonPayloadCodec, JsonTextPayloadCodec, TextPayloadCodec {

    /** Writes a payload that is not null; the result is checked by the caller. */
    byte[] encodeUnchecked(T payload);

    @Override
    default byte[] encode(T payload) {
        if (payload == null) {
            throw new IllegalArgumentException(
                    "A payload must not be null, but this one is. Enqueue a value that describes the task.");
        }
        return PayloadJson.requireValid(encodeUnchecked(payload));
    }
}
