package io.taskqueue.console.topology;

import io.taskqueue.console.fold.ViewStore;
import java.util.Arrays;
import java.util.NoSuchElementException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** A store of Kafka Streams as {@link ViewStore}; not cached, so that any thread can read it. */
record StreamsViewStore(KeyValueStore<Bytes, byte[]> store) implements ViewStore {

    @Override
    public byte @Nullable [] get(byte[] key) {
        return store.get(Bytes.wrap(key));
    }

    @Override
    public void put(byte[] key, byte[] value) {
        store.put(Bytes.wrap(key), value);
    }

    @Override
    public void delete(byte[] key) {
        var unused = store.delete(Bytes.wrap(key));
    }

    /** Has nothing in memory only. */
    @Override
    public void flush() {}

    @Override
    public Entries ascending(byte[] from, byte[] to) {
        return new Cursor(store.range(Bytes.wrap(from), Bytes.wrap(to)), to);
    }

    @Override
    public Entries descending(byte[] from, byte[] to) {
        return new Cursor(store.reverseRange(Bytes.wrap(from), Bytes.wrap(to)), to);
    }

    /** Without the end of the range, which Kafka Streams includes. */
    private static final class Cursor implements Entries {

        private final KeyValueIterator<Bytes, byte[]> entries;
        private final byte[] excluded;
        private @Nullable KeyValue<Bytes, byte[]> next;

        private Cursor(KeyValueIterator<Bytes, byte[]> entries, byte[] excluded) {
            this.entries = entries;
            this.excluded = excluded;
        }

        @Override
        public boolean hasNext() {
            while (next == null && entries.hasNext()) {
                KeyValue<Bytes, byte[]> entry = entries.next();
                next = Arrays.equals(entry.key.get(), excluded) ? null : entry;
            }
            return next != null;
        }

        @Override
        public Entry next() {
            KeyValue<Bytes, byte[]> entry = hasNext() ? next : null;
            if (entry == null) {
                throw new NoSuchElementException("The range has no more entries.");
            }
            next = null;
            return new Entry(entry.key.get(), entry.value);
        }

        @Override
        public void close() {
            entries.close();
        }
    }
}
