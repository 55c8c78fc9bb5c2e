package io.taskqueue.source.unreplicated;

import io.taskqueue.event.Position;
import java.util.List;
import java.util.Objects;

/**
 * An event as its source would have published it: the value and the headers of its record. The key is the queue's name.
 *
 * @param position the position of the event
 * @param headers the headers of the record, in order
 * @param value the value of the record, JSON; in UTF-8 on Kafka
 */
public record UnreplicatedEvent(Position position, List<Header> headers, String value) {

    /**
     * A header of a record; the headers of events are text.
     *
     * @param name the name of the header
     * @param value its value
     */
    public record Header(String name, String value) {

        public Header {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(value, "value");
        }
    }

    public UnreplicatedEvent {
        Objects.requireNonNull(position, "position");
        Objects.requireNonNull(value, "value");
        headers = List.copyOf(headers);
    }

    /** Without the payload. */
    @Override
    public String toString() {
        return "UnreplicatedEvent[" + position + ", " + value.length() + " characters]";
    }
}
