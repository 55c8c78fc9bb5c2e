package io.taskqueue.serde;

import io.taskqueue.event.ReplicationEvent;

/** The JSON value of an event: {@code ReplicationEvent} to bytes and back. */
public final class ReplicationEventCodec<T> {

    private final PayloadCodec<T> payloads;

    public ReplicationEventCodec(PayloadCodec<T> payloads) {
        this.payloads = payloads;
    }

    /** The event as bytes, its payload encoded afresh. */
    public byte[] encode(ReplicationEvent<T> event) {
        return encode(event, event.change().isPresent() ? payloads.encode(event.payload()) : new byte[0]);
    }

    /** The event as bytes, with the payload's bytes made before. */
    public byte[] encode(ReplicationEvent<?> event, byte[] payload) {
        throw new UnsupportedOperationException();
    }

    /** The event that the bytes are; whatever is wrong with them is an {@link UndecodableEventException}. */
    public ReplicationEvent<T> decode(byte[] json) {
        throw new UnsupportedOperationException();
    }
}
