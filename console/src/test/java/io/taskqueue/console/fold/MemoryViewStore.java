package io.taskqueue.console.fold;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A store in memory, ordered as that of Kafka Streams. */
final class MemoryViewStore implements ViewStore {

    private final NavigableMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);

    /** How many entries were read by cursors. */
    int read;

    int size() {
        return entries.size();
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return entries.get(key);
    }

    @Override
    public void put(byte[] key, byte[] value) {
        entries.put(key, value);
    }

    @Override
    public void delete(byte[] key) {
        entries.remove(key);
    }

    @Override
    public void flush() {}

    @Override
    public Entries ascending(byte[] from, byte[] to) {
        return cursor(
                Arrays.compareUnsigned(from, to) > 0
                        ? new TreeMap<>(Arrays::compareUnsigned)
                        : entries.subMap(from, to));
    }

    @Override
    public Entries descending(byte[] from, byte[] to) {
        return cursor(
                Arrays.compareUnsigned(from, to) > 0
                        ? new TreeMap<>(Arrays::compareUnsigned)
                        : entries.subMap(from, true, to, false).descendingMap());
    }

    private Entries cursor(Map<byte[], byte[]> range) {
        Iterator<Map.Entry<byte[], byte[]>> iterator = range.entrySet().iterator();
        return new Entries() {
            @Override
            public boolean hasNext() {
                return iterator.hasNext();
            }

            @Override
            public Entry next() {
                read++;
                Map.Entry<byte[], byte[]> entry = iterator.next();
                return new Entry(entry.getKey(), entry.getValue());
            }

            @Override
            public void close() {}
        };
    }
}
