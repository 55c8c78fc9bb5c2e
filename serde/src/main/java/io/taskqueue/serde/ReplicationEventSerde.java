package io.taskqueue.serde;

import io.taskqueue.event.ReplicationEvent;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * The Kafka serde of a record's value, by {@link ReplicationEventCodec}. A null value, which the event topic never contains,
 * stays null in both directions.
 *
 * <p>Deserializing throws {@link UndecodableEventException}. Serializing does not add headers; see {@link EventHeaders}.
 *
 * <p>Thread-safe. It has no configuration and does not need to be closed.
 */
public final class ReplicationEventSerde<T> implements Serde<ReplicationEvent<T>> {

    private final ReplicationEventCodec<T> codec;

    public ReplicationEventSerde(PayloadCodec<T> payloads) {
        this.codec = new ReplicationEventCodec<>(payloads);
    }

    @Override
    public Serializer<ReplicationEvent<T>> serializer() {
        return (topic, event) -> encode(event);
    }

    @Override
    public Deserializer<ReplicationEvent<T>> deserializer() {
        return (topic, json) -> decode(json);
    }

    private byte @Nullable [] encode(@Nullable ReplicationEvent<T> event) {
        return event == null ? null : codec.encode(event);
    }

    private @Nullable ReplicationEvent<T> decode(byte @Nullable [] json) {
        return json == null ? null : codec.decode(json);
    }
}
