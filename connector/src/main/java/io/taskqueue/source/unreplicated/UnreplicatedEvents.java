package io.taskqueue.source.unreplicated;

import io.taskqueue.event.Position;
import java.util.Iterator;

/**
 * Events that one source could not replicate: consecutive, oldest first. Kafka has not acknowledged them; it may hold some of
 * them all the same, which sinks recognize as duplicates by their position.
 *
 * <p>Each iteration builds the events again, one at a time, so that the events as bytes are not all in memory.
 */
public interface UnreplicatedEvents extends Iterable<UnreplicatedEvent> {

    /** The source that wrote the events. */
    EventOrigin origin();

    /** How many events there are. */
    long count();

    /** The position of the first event; without events, of the one that would follow. */
    Position first();

    /** The position of the last event; without events, the one before {@link #first}. */
    default Position last() {
        return new Position(first().epoch(), first().sequence() + count() - 1);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException while iterating, if an event cannot be encoded
     * @throws UnreplicatedFileException while iterating, if the events are in a file that cannot be read
     */
    @Override
    Iterator<UnreplicatedEvent> iterator();
}
