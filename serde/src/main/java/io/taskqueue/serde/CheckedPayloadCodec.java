package io.taskqueue.serde;

import java.util.function.Function;

/**
 * A codec of this package. It checks what it writes, so that {@link ReplicationEventCodec}, which checks what any other codec
 * writes, does not need to check it again.
 */
final class CheckedPayloadCodec<T> implements PayloadCodec<T> {

    private final Function<T, byte[]> writer;
    private final Function<byte[], T> reader;

    CheckedPayloadCodec(Function<T, byte[]> writer, Function<byte[], T> reader) {
        this.writer = writer;
        this.reader = reader;
    }

    @Override
    public byte[] encode(T payload) {
        if (payload == null) {
            throw new IllegalArgumentException(
                    "A payload must not be null, but this one is. Enqueue a value that describes the task.");
        }
        return PayloadJson.requireValid(writer.apply(payload));
    }

    @Override
    public T decode(byte[] json) {
        return reader.apply(json);
    }
}
