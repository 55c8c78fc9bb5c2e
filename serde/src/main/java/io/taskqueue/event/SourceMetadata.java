package io.taskqueue.event;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a source adds to a {@link TaskEvent} when it accepts it: the event's position, and the peers that emit and own it.
 *
 * @param position the event's position in its queue's history
 * @param sourcePeerId the named process that emitted the event
 * @param ownerPeerId the named process that is responsible for the task, or null if there is none
 * @param recordedAt when the source accepted the event, by the source's clock
 */
public record SourceMetadata(Position position, String sourcePeerId, @Nullable String ownerPeerId, Instant recordedAt) {

    /** @throws IllegalArgumentException if a peer's name is not valid; the rule is that of {@link QueueName} */
    public SourceMetadata {
        Objects.requireNonNull(position, "position");
        NameRule.require("source peer name", "dispatcher-a", sourcePeerId);
        if (ownerPeerId != null) {
            NameRule.require("owner peer name", "dispatcher-a", ownerPeerId);
        }
        Objects.requireNonNull(recordedAt, "recordedAt");
    }
}
