package io.taskqueue.streams;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One end of a selection. */
sealed interface Bound {

    /** Where the event lies: below 0 before the bound, 0 at it, above 0 behind it. */
    int compare(ReplicationEvent<?> event);

    /** A place in a queue's history. */
    record Place(Position position) implements Bound {

        @Override
        public int compare(ReplicationEvent<?> event) {
            return event.position().compareTo(position);
        }

        @Override
        public String toString() {
            return position.toString();
        }
    }

    /** A moment at which events occurred. */
    record Moment(Instant instant) implements Bound {

        @Override
        public int compare(ReplicationEvent<?> event) {
            return event.occurredAt().compareTo(instant);
        }

        @Override
        public String toString() {
            return instant.toString();
        }
    }

    /** Reads a position or a time; empty where it is neither. */
    static Optional<Bound> parse(String text) {
        Matcher position = Pattern.compile("(\\d{1,18})/(\\d{1,18})").matcher(text);
        if (position.matches()) {
            return Optional.of(
                    new Place(new Position(Long.parseLong(position.group(1)), Long.parseLong(position.group(2)))));
        }
        try {
            return Optional.of(new Moment(OffsetDateTime.parse(text).toInstant()));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
