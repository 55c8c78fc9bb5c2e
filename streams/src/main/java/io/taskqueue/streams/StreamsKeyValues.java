package io.taskqueue.streams;

import io.taskqueue.streams.state.KeyValues;
import java.util.NoSuchElementException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** A store of Kafka Streams as {@link KeyValues}. */
record StreamsKeyValues(KeyValueStore<Bytes, byte[]> store) implements KeyValues {

    @Override
    public byte @Nullable [] get(Bytes key) {
        return store.get(key);
    }

    @Override
    public void put(Bytes key, byte[] value) {
        store.put(key, value);
    }

    @Override
    public void delete(Bytes key) {
        var unused = store.delete(key);
    }

    @Override
    public Entries range(Bytes from, Bytes to) {
        return new Cursor(store.range(from, to), to);
    }

    @Override
    public Entries all() {
        return new Cursor(store.all(), null);
    }

    /** Ends before a key, which Kafka Streams includes. */
    private static final class Cursor implements Entries {

        private final KeyValueIterator<Bytes, byte[]> entries;
        private final @Nullable Bytes end;

        private Cursor(KeyValueIterator<Bytes, byte[]> entries, @Nullable Bytes end) {
            this.entries = entries;
            this.end = end;
        }

        @Override
        public boolean hasNext() {
            return entries.hasNext() && (end == null || !entries.peekNextKey().equals(end));
        }

        @Override
        public Entry next() {
            if (!hasNext()) {
                throw new NoSuchElementException("The range has no more entries.");
            }
            KeyValue<Bytes, byte[]> entry = entries.next();
            return new Entry(entry.key, entry.value);
        }

        @Override
        public void close() {
            entries.close();
        }
    }
}
