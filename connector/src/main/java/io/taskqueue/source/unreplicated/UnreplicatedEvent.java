package io.taskqueue.source.unreplicated;

import io.taskqueue.event.Position;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * An event as its source would have published it: the value and the headers of its record. The key is the queue's name.
 *
 * @param position the position of the event
 * @param headers the headers of the record, in order
 * @param value the value of the record, JSON in UTF-8; not copied
 */
public record UnreplicatedEvent(Position position, List<Header> headers, byte[] value) {

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

    @Override
    public boolean equals(Object other) {
        return other instanceof UnreplicatedEvent event
                && position.equals(event.position)
                && headers.equals(event.headers)
                && Arrays.equals(value, event.value);
    }

    @Override
    public int hashCode() {
        return Objects.hash(position, headers, Arrays.hashCode(value));
    }

    @Override
    public String toString() {
        return "UnreplicatedEvent[" + position + ", " + value.length + " bytes]";
    }
}
