package io.taskqueue.console.fold;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** A sorted map of bytes that holds the view of one partition. Keys are compared byte by byte, as unsigned numbers. */
public interface ViewStore {

    /** The value of a key, or null where there is none. */
    byte @Nullable [] get(byte[] key);

    void put(byte[] key, byte[] value);

    /** Deletes a key, if it is there. */
    void delete(byte[] key);

    /** Passes on changes that are only in memory. */
    void flush();

    /** The entries from a key, included, to another, excluded. To be closed; nothing may be put or deleted before. */
    Entries ascending(byte[] from, byte[] to);

    /** The same entries, the greatest key first. */
    Entries descending(byte[] from, byte[] to);

    /** A key and its value; no record, because both are arrays. */
    final class Entry {

        private final byte[] key;
        private final byte[] value;

        public Entry(byte[] key, byte[] value) {
            this.key = key;
            this.value = value;
        }

        public byte[] key() {
            return key;
        }

        public byte[] value() {
            return value;
        }
    }

    /** A cursor over entries. */
    interface Entries extends Iterator<Entry>, AutoCloseable {

        @Override
        void close();
    }
}
