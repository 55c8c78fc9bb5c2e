package io.taskqueue.streams.state;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of entries that share the store {@code state}; the first byte of a key identifies the kind.
 *
 * <pre>
 *   key = kind 1 | the key of that kind
 * </pre>
 */
public enum StateKind {
    CHECKPOINT(1, "the checkpoint of a queue"),
    IN_FLIGHT(2, "an event in flight"),
    PARKED(3, "a parked event"),
    REPLAY(4, "a replay"),
    UNDECODABLE(5, "the number of undecodable records"),
    LOG(6, "what happened to the log"),
    RATE(7, "the rate limit that an operator ordered");

    private final byte prefix;
    private final String description;

    StateKind(int prefix, String description) {
        this.prefix = (byte) prefix;
        this.description = description;
    }

    /** What an entry is, for messages. */
    String description() {
        return description;
    }

    /** Whether a key of the store is of this kind. */
    public boolean owns(byte[] key) {
        return key.length > 0 && key[0] == prefix;
    }

    /** Where the keys of this kind begin in the store. */
    public Bytes first() {
        return Bytes.wrap(new byte[] {prefix});
    }

    /** The key of this kind within a key of the store. */
    public byte[] strip(byte[] key) {
        return Arrays.copyOfRange(key, 1, key.length);
    }

    /** The entries of this kind within the store, under their own keys. */
    public KeyValues in(KeyValues store) {
        return new View(store);
    }

    private final class View implements KeyValues {

        private final KeyValues store;

        private View(KeyValues store) {
            this.store = store;
        }

        @Override
        public byte @Nullable [] get(Bytes key) {
            return store.get(prefixed(key));
        }

        @Override
        public void put(Bytes key, byte[] value) {
            store.put(prefixed(key), value);
        }

        @Override
        public void delete(Bytes key) {
            store.delete(prefixed(key));
        }

        @Override
        public Entries range(Bytes from, Bytes to) {
            return new Stripped(store.range(prefixed(from), prefixed(to)));
        }

        @Override
        public Entries all() {
            Bytes first = first();
            return new Stripped(store.range(first, KeyRange.endOf(first)));
        }

        private Bytes prefixed(Bytes key) {
            byte[] bytes = key.get();
            return Bytes.wrap(
                    ByteBuffer.allocate(1 + bytes.length).put(prefix).put(bytes).array());
        }
    }

    private final class Stripped implements KeyValues.Entries {

        private final KeyValues.Entries entries;

        private Stripped(KeyValues.Entries entries) {
            this.entries = entries;
        }

        @Override
        public boolean hasNext() {
            return entries.hasNext();
        }

        @Override
        public KeyValues.Entry next() {
            KeyValues.Entry entry = entries.next();
            return new KeyValues.Entry(Bytes.wrap(strip(entry.key().get())), entry.value());
        }

        @Override
        public void close() {
            entries.close();
        }
    }
}
