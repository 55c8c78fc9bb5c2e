package io.taskqueue.event;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a source adds to an event when it takes it: the event's place in the history, and who wrote it.
 *
 * @param position the event's place in its queue's history
 * @param sourcePeerId the named process that emitted the event
 * @param ownerPeerId the named process that is responsible for the task, or null where none is
 * @param recordedAt when the source took the event, by the source's clock
 */
public record SourceMetadata(Position position, String sourcePeerId, @Nullable String ownerPeerId, Instant recordedAt) {

    /** @throws IllegalArgumentException if a peer's name is not legal, see {@link PeerName} */
    public SourceMetadata {
        Objects.requireNonNull(position, "position");
        PeerName.require(sourcePeerId);
        if (ownerPeerId != null) {
            PeerName.require(ownerPeerId);
        }
        Objects.requireNonNull(recordedAt, "recordedAt");
    }
}
