package io.taskqueue.source.publish;

import io.taskqueue.event.Position;
import io.taskqueue.source.unreplicated.EventOrigin;
import io.taskqueue.source.unreplicated.UnreplicatedEvent;
import io.taskqueue.source.unreplicated.UnreplicatedEvents;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/** What a buffer held when it was stopped. Each record is built while it is iterated over, as the publisher would have built it. */
public final class HeldEvents<T> implements UnreplicatedEvents {

    private final EventOrigin origin;
    private final EventRecords<T> records;
    private final Position first;
    private final List<BufferedEvent<T>> events;

    private HeldEvents(EventOrigin origin, EventRecords<T> records, Position first, List<BufferedEvent<T>> events) {
        this.origin = origin;
        this.records = records;
        this.first = first;
        this.events = events;
    }

    /** @param buffer stopped, as is the publisher that took events from it */
    public static <T> HeldEvents<T> of(EventBuffer<T> buffer, EventRecords<T> records, EventOrigin origin) {
        List<BufferedEvent<T>> events = buffer.held();
        Position first = events.isEmpty()
                ? buffer.acknowledgedUpTo().next()
                : events.get(0).position();
        return new HeldEvents<>(origin, records, first, events);
    }

    @Override
    public EventOrigin origin() {
        return origin;
    }

    @Override
    public long count() {
        return events.size();
    }

    @Override
    public Position first() {
        return first;
    }

    @Override
    public Iterator<UnreplicatedEvent> iterator() {
        Iterator<BufferedEvent<T>> held = events.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return held.hasNext();
            }

            @Override
            public UnreplicatedEvent next() {
                return unreplicated(held.next());
            }
        };
    }

    private UnreplicatedEvent unreplicated(BufferedEvent<T> event) {
        ProducerRecord<byte[], byte[]> record;
        try {
            record = records.record(event);
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "Event " + event.position() + " of queue " + origin.queueName() + " cannot be encoded: " + e
                            + ". Fix its payload codec; the events before it are not affected.",
                    e);
        }
        List<UnreplicatedEvent.Header> headers = new ArrayList<>();
        for (Header header : record.headers()) {
            headers.add(new UnreplicatedEvent.Header(header.key(), new String(header.value(), StandardCharsets.UTF_8)));
        }
        return new UnreplicatedEvent(event.position(), headers, new String(record.value(), StandardCharsets.UTF_8));
    }
}
