package io.taskqueue.testkit;

import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.publish.EventPayloads;
import io.taskqueue.source.publish.EventRecords;
import io.taskqueue.source.publish.PeerResolver;
import java.util.UUID;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** How events are encoded by a source and decoded by a sink, with the limits of a topic that has Kafka's defaults. */
final class WireFormat<T> {

    private final ReplicationEventCodec<T> codec;
    private final EventPayloads<T> payloads;

    @SuppressWarnings("NullAway") // of the parameter's type, whose annotation is lost between modules
    WireFormat(String queue, String sourcePeer, PayloadCodec<T> payloadCodec, PayloadInclusion inclusion) {
        Function<TaskEvent<T>, @Nullable String> noOwner = change -> null;
        this.codec = new ReplicationEventCodec<>(payloadCodec);
        this.payloads = new EventPayloads<>(
                queue,
                sourcePeer,
                codec,
                new EventRecords<>(
                        queue,
                        new PeerResolver<>(sourcePeer, null, noOwner),
                        codec,
                        new UUID(0, 0),
                        new TopicPartition(ReplicationSource.DEFAULT_TOPIC, 0),
                        TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES),
                TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES,
                inclusion);
    }

    byte[] encode(T payload) {
        return payloads.encode(payload);
    }

    ReplicationEvent<T> throughKafka(ReplicationEvent<T> event, byte[] payload) {
        return codec.decode(codec.encode(event, payload));
    }
}
