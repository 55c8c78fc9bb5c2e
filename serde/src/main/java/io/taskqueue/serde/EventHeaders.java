package io.taskqueue.serde;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.header.Headers;

/** The CloudEvents headers of a record, in binary mode: what is known of an event even where its value cannot be decoded. */
public record EventHeaders(String queueName, Position position, Optional<UUID> instanceId) {

    /** Adds the headers of an event. */
    public static void write(ReplicationEvent<?> event, UUID instanceId, Headers headers) {
        headers.add("ce_id", instanceId.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    /** What the headers say, or empty where they are not ours. Never throws. */
    public static Optional<EventHeaders> read(Headers headers) {
        return Optional.empty();
    }
}
