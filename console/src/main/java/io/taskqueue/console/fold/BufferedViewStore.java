package io.taskqueue.console.fold;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A store whose changes are kept in memory until they are passed on together: of a key that changes several times in between, the store behind gets
 * the last value only. Readers see the changes at once. Not thread-safe.
 *
 * <p>The cache of Kafka Streams does the same, but cannot be read by a second thread while the stream thread flushes it; and read backwards, it
 * returns deleted entries: it compares the keys of its tombstones as if they were read forwards.
 */
public final class BufferedViewStore implements ViewStore {

    /** More changes than that are passed on without waiting for a commit. */
    static final int MAX_BYTES = 4 * 1024 * 1024;

    /** About what an entry takes beside its bytes. */
    private static final int OVERHEAD = 100;

    /** The value of a deleted key. */
    private static final byte[] DELETED = {};

    private final ViewStore store;
    private final NavigableMap<byte[], byte[]> changes = new TreeMap<>(Arrays::compareUnsigned);
    private long bytes;

    public BufferedViewStore(ViewStore store) {
        this.store = store;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        byte[] changed = changes.get(key);
        if (changed == null) {
            return store.get(key);
        }
        return changed == DELETED ? null : changed;
    }

    @Override
    public void put(byte[] key, byte[] value) {
        change(key, value);
    }

    @Override
    public void delete(byte[] key) {
        change(key, DELETED);
    }

    private void change(byte[] key, byte[] value) {
        byte[] before = changes.put(key, value);
        bytes += before == null ? OVERHEAD + key.length + value.length : value.length - before.length;
        if (bytes > MAX_BYTES) {
            flush();
        }
    }

    @Override
    public void flush() {
        changes.forEach((key, value) -> {
            if (value == DELETED) {
                store.delete(key);
            } else {
                store.put(key, value);
            }
        });
        changes.clear();
        bytes = 0;
        store.flush();
    }

    @Override
    public Entries ascending(byte[] from, byte[] to) {
        return new Merged(range(from, to), store.ascending(from, to), 1);
    }

    @Override
    public Entries descending(byte[] from, byte[] to) {
        return new Merged(range(from, to).descendingMap(), store.descending(from, to), -1);
    }

    private NavigableMap<byte[], byte[]> range(byte[] from, byte[] to) {
        return Arrays.compareUnsigned(from, to) > 0
                ? new TreeMap<>(Arrays::compareUnsigned)
                : changes.subMap(from, true, to, false);
    }

    /** The entries of the store behind, with the changes in their place. */
    private static final class Merged implements Entries {

        private final Iterator<Map.Entry<byte[], byte[]>> changes;
        private final Entries stored;
        private final int direction;
        private Map.@Nullable Entry<byte[], byte[]> change;
        private @Nullable Entry entry;

        private Merged(Map<byte[], byte[]> changes, Entries stored, int direction) {
            this.changes = changes.entrySet().iterator();
            this.stored = stored;
            this.direction = direction;
            this.change = nextChange();
            this.entry = nextStored();
        }

        private Map.@Nullable Entry<byte[], byte[]> nextChange() {
            return changes.hasNext() ? changes.next() : null;
        }

        private @Nullable Entry nextStored() {
            return stored.hasNext() ? stored.next() : null;
        }

        @Override
        public boolean hasNext() {
            return peek() != null;
        }

        @Override
        public Entry next() {
            Entry next = peek();
            if (next == null) {
                throw new NoSuchElementException("The range has no more entries.");
            }
            if (next == entry) {
                entry = nextStored();
            } else {
                change = nextChange();
            }
            return next;
        }

        /** The next entry; skips what is deleted, and what is replaced by a change. */
        private @Nullable Entry peek() {
            while (change != null) {
                int order = entry == null ? -1 : direction * Arrays.compareUnsigned(change.getKey(), entry.key());
                if (order > 0) {
                    return entry;
                }
                if (order == 0) {
                    entry = nextStored();
                } else if (change.getValue() == DELETED) {
                    change = nextChange();
                } else {
                    return new Entry(change.getKey(), change.getValue());
                }
            }
            return entry;
        }

        @Override
        public void close() {
            stored.close();
        }
    }
}
