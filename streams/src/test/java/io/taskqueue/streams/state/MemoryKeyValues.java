package io.taskqueue.streams.state;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** A store in memory, in the order of keys. */
public final class MemoryKeyValues implements KeyValues {

    private final TreeMap<Bytes, byte[]> entries = new TreeMap<>();

    @Override
    public byte @Nullable [] get(Bytes key) {
        return entries.get(key);
    }

    @Override
    public void put(Bytes key, byte[] value) {
        entries.put(key, value);
    }

    @Override
    public void delete(Bytes key) {
        entries.remove(key);
    }

    @Override
    public Entries range(Bytes from, Bytes to) {
        return cursor(entries.subMap(from, to));
    }

    @Override
    public Entries all() {
        return cursor(entries);
    }

    private static Entries cursor(SortedMap<Bytes, byte[]> selected) {
        ArrayList<Entry> copy = new ArrayList<>();
        selected.forEach((key, value) -> copy.add(new Entry(key, value)));
        Iterator<Entry> iterator = copy.iterator();
        return new Entries() {
            @Override
            public boolean hasNext() {
                return iterator.hasNext();
            }

            @Override
            public Entry next() {
                return iterator.next();
            }

            @Override
            public void close() {}
        };
    }
}
