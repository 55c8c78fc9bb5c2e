package io.taskqueue.streams;

import io.taskqueue.event.Position;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event as it comes out of the topic: what is needed to classify it.
 *
 * @param instance the source's instance id, on SourceStarted only
 */
record Arrival(Position position, long offset, @Nullable UUID instance) {

    /** Whether the event opens an epoch. */
    boolean opensEpoch() {
        return position.sequence() == 0;
    }

    Mark mark() {
        return new Mark(position, offset);
    }

    /** A place in the history of a queue, and where it lies in the log. */
    record Mark(Position position, long offset) {}
}
