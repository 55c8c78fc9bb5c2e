package io.taskqueue.streams.replay;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** One end of a selection. */
sealed interface SelectionBound {

    /** Where the event lies: below 0 before the bound, 0 at it, above 0 after it. */
    int compare(ReplicationEvent<?> event);

    /** A position in a queue's history. */
    record AtPosition(Position position) implements SelectionBound {

        @Override
        public int compare(ReplicationEvent<?> event) {
            return event.position().compareTo(position);
        }

        @Override
        public String toString() {
            return position.toString();
        }
    }

    /** The time at which events occurred. */
    record AtTime(Instant instant) implements SelectionBound {

        @Override
        public int compare(ReplicationEvent<?> event) {
            return event.occurredAt().compareTo(instant);
        }

        @Override
        public String toString() {
            return instant.toString();
        }
    }

    /** Parses a position or a time; empty where the text is neither. */
    static Optional<SelectionBound> parse(String text) {
        Optional<Position> position = Position.parse(text);
        if (position.isPresent()) {
            return position.map(AtPosition::new);
        }
        try {
            return Optional.of(new AtTime(OffsetDateTime.parse(text).toInstant()));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
