package io.taskqueue.streams.clients;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import java.util.ArrayList;
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
 * A record on its path from the poll through Kafka Streams to the processor, with its event once that is decoded.
 *
 * <p>Kafka Streams passes the record's headers to the deserializer, and measures and copies the headers of each record, which costs
 * more than classifying the event. So it gets empty headers, which refer to this.
 */
public final class PolledRecord<T> {

    private final byte @Nullable [] value;
    private final Headers headers;
    private final @Nullable Relevance relevance;
    private List<Follower> followers = List.of();
    private boolean last;
    private volatile @Nullable ReplicationEvent<T> event;
    private volatile boolean taken;

    /**
     * A record right behind another one in its poll, on which the sink does not act. Kafka Streams does not see it, and its offset commits
     * with that of the record before, because the next one that Kafka Streams sees is behind it.
     */
    public record Follower(ConsumerRecord<byte[], byte[]> record, Relevance relevance) {}

    private PolledRecord(byte @Nullable [] value, Headers headers, @Nullable Relevance relevance, boolean last) {
        this.value = value;
        this.headers = headers;
        this.relevance = relevance;
        this.last = last;
    }

    static <T> PolledRecord<T> of(ConsumerRecord<byte[], byte[]> record, Relevance relevance) {
        return new PolledRecord<>(record.value(), record.headers(), relevance, false);
    }

    /** Another record is right behind it, and those before. */
    void followedBy(ConsumerRecord<byte[], byte[]> record, Relevance other) {
        if (followers.isEmpty()) {
            followers = new ArrayList<>(4);
        }
        followers.add(new Follower(record, other));
    }

    /** It is the last one of its partition in this poll that Kafka Streams sees. */
    void markLast() {
        last = true;
    }

    /** What it is to the sink; null where it was not polled here. */
    public @Nullable Relevance relevance() {
        return relevance;
    }

    /** The records right behind it on which the sink does not act. */
    public List<Follower> followers() {
        return followers;
    }

    /** The deserializer of values: finds the wrapped record in the headers, or wraps a value that was not polled here. */
    public static final class Unwrapping<T> implements Deserializer<PolledRecord<T>> {

        @Override
        public PolledRecord<T> deserialize(String topic, byte @Nullable [] value) {
            return deserialize(topic, new RecordHeaders(), value);
        }

        @Override
        @SuppressWarnings("unchecked") // one topology has one type of payload
        public PolledRecord<T> deserialize(String topic, Headers headers, byte @Nullable [] value) {
            return headers instanceof Wrapping wrapping
                    ? (PolledRecord<T>) wrapping.record()
                    : new PolledRecord<>(value, headers, null, true);
        }
    }

    /** The same record for Kafka Streams, with empty headers that refer to this. */
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

    /** The record's value, or null where it has none. */
    public byte @Nullable [] value() {
        return value;
    }

    /**
     * The record's value.
     *
     * @throws UndecodableEventException if it has none
     */
    public byte[] bytes() {
        if (value == null) {
            throw new UndecodableEventException("The record has no value.");
        }
        return value;
    }

    /** The size of its value and headers, in bytes. */
    public int size() {
        return size(value, headers);
    }

    /** The size of a value and headers, in bytes. */
    public static int size(byte @Nullable [] value, Headers headers) {
        int size = value == null ? 0 : value.length;
        for (Header header : headers) {
            size += header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        return size;
    }

    /** The record's own headers. */
    public Headers headers() {
        return headers;
    }

    /** Whether it is the last record of its partition in this poll that Kafka Streams sees. */
    public boolean last() {
        return last;
    }

    /** Whether it was decoded ahead. */
    boolean decoded() {
        return event != null;
    }

    /** Decodes the event ahead of the stream thread; returns false, and does nothing, where that has reached it. */
    boolean decodeAhead(ReplicationEventCodec<T> codec) {
        if (taken) {
            return false;
        }
        try {
            event = codec.decode(bytes());
        } catch (UndecodableEventException again) {
            event = null; // decoding fails again on the stream thread, which moves the record to the dead-letter topic
        }
        return true;
    }

    /**
     * The event, decoded now where it is not yet.
     *
     * @throws UndecodableEventException if the record is not a valid event
     */
    public ReplicationEvent<T> take(ReplicationEventCodec<T> codec) {
        taken = true;
        ReplicationEvent<T> ahead = event;
        return ahead == null ? codec.decode(bytes()) : ahead;
    }

    /** Empty headers, which refer to the record that they stand for. */
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
