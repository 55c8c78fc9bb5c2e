package io.taskqueue.streams.state;

import java.util.Iterator;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A sorted map of bytes in which a partition keeps its state: the interface between the logic of a sink and the stores of Kafka Streams.
 *
 * <p>Keys are compared byte by byte, as unsigned numbers. What is put or deleted commits with the consumed offsets. For the stream
 * thread only.
 */
public interface KeyValues {

    /** The value of a key, or null where there is none. */
    byte @Nullable [] get(Bytes key);

    void put(Bytes key, byte[] value);

    /** Deletes a key, if it is there. */
    void delete(Bytes key);

    /** The entries from a key, included, to another, excluded, in ascending order. To be closed. */
    Entries range(Bytes from, Bytes to);

    /** All entries in ascending order. To be closed. */
    Entries all();

    /** A key and its value; no record, because its value is an array. */
    final class Entry {

        private final Bytes key;
        private final byte[] value;

        public Entry(Bytes key, byte[] value) {
            this.key = key;
            this.value = value;
        }

        public Bytes key() {
            return key;
        }

        public byte[] value() {
            return value;
        }
    }

    /** A cursor over entries. Deleting or putting keys while it is open is allowed only after it has passed them. */
    interface Entries extends Iterator<Entry>, AutoCloseable {

        @Override
        void close();
    }
}
