package io.taskqueue.streams;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * A record on its way from the poll through Kafka Streams to the processor, with its event once that is decoded.
 *
 * <p>Kafka Streams gives a deserializer the record's headers, and adds up and copies the headers of each record, which costs
 * more than to decide what an event is. So it gets headers of which there are none, and which say whose they are.
 */
final class PolledRecord<T> {

    private final byte @Nullable [] value;
    private final Headers headers;
    private final boolean last;
    private volatile @Nullable ReplicationEvent<T> event;
    private volatile boolean taken;

    private PolledRecord(byte @Nullable [] value, Headers headers, boolean last) {
        this.value = value;
        this.headers = headers;
        this.last = last;
    }

    /** @param last whether nothing of its partition was polled with it and lies behind it */
    static <T> PolledRecord<T> of(ConsumerRecord<byte[], byte[]> record, boolean last) {
        return new PolledRecord<>(record.value(), record.headers(), last);
    }

    /** What Kafka Streams makes of a record, whether it was polled here or not. */
    static final class Unwrapping<T> implements Deserializer<PolledRecord<T>> {

        @Override
        public PolledRecord<T> deserialize(String topic, byte @Nullable [] value) {
            return deserialize(topic, new RecordHeaders(), value);
        }

        @Override
        @SuppressWarnings("unchecked") // one topology has one type of payload
        public PolledRecord<T> deserialize(String topic, Headers headers, byte @Nullable [] value) {
            return headers instanceof Wrapping wrapping
                    ? (PolledRecord<T>) wrapping.record()
                    : new PolledRecord<>(value, headers, true);
        }
    }

    /** The same record for Kafka Streams: without headers, with this. */
    ConsumerRecord<byte[], byte[]> wrapping(ConsumerRecord<byte[], byte[]> record) {
        return new ConsumerRecord<>(
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestamp(),
                record.timestampType(),
                record.serializedKeySize(),
                record.serializedValueSize(),
                record.key(),
                record.value(),
                new Wrapping(this),
                record.leaderEpoch());
    }

    byte @Nullable [] value() {
        return value;
    }

    /** @throws UndecodableEventException if there are none */
    byte[] bytes() {
        if (value == null) {
            throw new UndecodableEventException("The record has no value.");
        }
        return value;
    }

    /** The record's own. */
    Headers headers() {
        return headers;
    }

    boolean last() {
        return last;
    }

    /** Whether it was decoded ahead. */
    boolean decoded() {
        return event != null;
    }

    /** Decodes the event ahead of the stream thread, unless that has come to it, and says so. */
    boolean decodeAhead(ReplicationEventCodec<T> codec) {
        if (taken) {
            return false;
        }
        try {
            event = codec.decode(bytes());
        } catch (UndecodableEventException again) {
            event = null; // the stream thread finds out the same, and sets the record aside
        }
        return true;
    }

    /**
     * The event, decoded now where it is not yet.
     *
     * @throws UndecodableEventException if the record is no event
     */
    ReplicationEvent<T> take(ReplicationEventCodec<T> codec) {
        taken = true;
        ReplicationEvent<T> ahead = event;
        return ahead == null ? codec.decode(bytes()) : ahead;
    }

    /** No headers, and whose they are not. */
    private record Wrapping(PolledRecord<?> record) implements Headers {

        private static final Header[] NONE = {};

        @Override
        public Header[] toArray() {
            return NONE;
        }

        @Override
        public Iterator<Header> iterator() {
            return Collections.emptyIterator();
        }

        @Override
        public @Nullable Header lastHeader(String key) {
            return null;
        }

        @Override
        public Iterable<Header> headers(String key) {
            return List.of();
        }

        @Override
        public Headers add(Header header) {
            throw new IllegalStateException("These headers are read-only.");
        }

        @Override
        public Headers add(String key, byte[] value) {
            throw new IllegalStateException("These headers are read-only.");
        }

        @Override
        public Headers remove(String key) {
            throw new IllegalStateException("These headers are read-only.");
        }
    }
}
