package io.taskqueue.source.dead;

import io.taskqueue.event.Position;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells the events of one queue that changed it from those that did not: repeated ones, and those that a source wrote when it no longer
 * owned the queue. Given their positions in the order of the partition.
 */
final class CurrentEvents {

    private @Nullable Position last;

    /** @param last the position of the event before the first one that is given, if it is known */
    CurrentEvents(Optional<Position> last) {
        this.last = last.orElse(null);
    }

    /** Whether the next event changed the queue. */
    boolean accepts(Position position) {
        if (last != null && position.compareTo(last) <= 0) {
            return false; // repeated, or of an epoch that is over
        }
        last = position;
        return true;
    }

    /** The position of the last event that changed the queue. */
    Optional<Position> last() {
        return Optional.ofNullable(last);
    }
}
