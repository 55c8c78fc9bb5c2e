package io.taskqueue.source;

import io.taskqueue.event.PercentEncoding;
import io.taskqueue.event.Position;
import io.taskqueue.source.unreplicated.EventOrigin;
import io.taskqueue.source.unreplicated.UnreplicatedEvent;
import io.taskqueue.source.unreplicated.UnreplicatedEvents;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;

/** Unreplicated events that no source has written, from sequence 5 on; the value of each is its number. */
public record PlainEvents(EventOrigin origin, long count) implements UnreplicatedEvents {

    private static final UUID INSTANCE = new UUID(1, 2);

    PlainEvents(String queueName, long epoch, String topic, int count) {
        this(new EventOrigin(queueName, epoch, INSTANCE, topic, 3, "taskqueue.sources"), count);
    }

    public static PlainEvents of(String queueName, int count) {
        return new PlainEvents(queueName, 7, "taskqueue.events", count);
    }

    @Override
    public Position first() {
        return new Position(origin.epoch(), 5);
    }

    @Override
    public Iterator<UnreplicatedEvent> iterator() {
        return LongStream.range(0, count).mapToObj(this::event).iterator();
    }

    private UnreplicatedEvent event(long index) {
        Position position = new Position(origin.epoch(), 5 + index);
        return new UnreplicatedEvent(
                position,
                List.of(
                        new UnreplicatedEvent.Header(
                                "ce_id", PercentEncoding.encode(origin.queueName()) + "/" + position),
                        new UnreplicatedEvent.Header("ce_type", "io.taskqueue.Enqueued")),
                String.valueOf(index));
    }
}
