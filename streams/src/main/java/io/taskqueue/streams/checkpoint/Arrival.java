package io.taskqueue.streams.checkpoint;

import io.taskqueue.event.Position;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event as it is read from the topic: what its classification needs.
 *
 * @param instance the source's instance id, on SourceStarted only
 */
public record Arrival(Position position, long offset, @Nullable UUID instance) {

    /** Whether the event opens an epoch. */
    public boolean opensEpoch() {
        return position.sequence() == 0;
    }

    Mark mark() {
        return new Mark(position, offset);
    }

    /** A position in a queue's history, and its offset in the log. */
    public record Mark(Position position, long offset) {}
}
