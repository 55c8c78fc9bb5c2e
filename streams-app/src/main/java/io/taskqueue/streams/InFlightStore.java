package io.taskqueue.streams;

import io.taskqueue.sink.EffectMode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The events that were in flight at the last commit: their offsets may be committed, so they are found again here. Only the
 * stream thread touches it.
 *
 * <pre>
 *   key    topic id 16 | offset 8
 *   value  version 1 | mode 1 (0 run, 1 recorded only) | the event's JSON
 * </pre>
 */
final class InFlightStore {

    static final String NAME = "in-flight";

    private static final byte VERSION = 1;

    /** An event as it was stored. */
    record Stored(Bytes key, long offset, EffectMode mode, Bytes value) {}

    private final KeyValueStore<Bytes, byte[]> store;

    InFlightStore(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    static Bytes key(Uuid topicId, long offset) {
        return Bytes.wrap(ByteBuffer.allocate(24)
                .putLong(topicId.getMostSignificantBits())
                .putLong(topicId.getLeastSignificantBits())
                .putLong(offset)
                .array());
    }

    void put(Bytes key, EffectMode mode, byte[] value) {
        byte kind = (byte) (mode == EffectMode.RECORDED_ONLY ? 1 : 0);
        store.put(
                key,
                ByteBuffer.allocate(2 + value.length)
                        .put(VERSION)
                        .put(kind)
                        .put(value)
                        .array());
    }

    void delete(Bytes key) {
        store.delete(key);
    }

    /** What is stored, by offset. */
    List<Stored> all() {
        List<Stored> all = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> entries = store.all()) {
            while (entries.hasNext()) {
                all.add(stored(entries.next()));
            }
        }
        return all;
    }

    private static Stored stored(KeyValue<Bytes, byte[]> entry) {
        ByteBuffer bytes = ByteBuffer.wrap(entry.value);
        StateVersion.require("event in flight", VERSION, bytes.get());
        EffectMode mode = bytes.get() == 1 ? EffectMode.RECORDED_ONLY : EffectMode.RUN;
        byte[] value = new byte[bytes.remaining()];
        bytes.get(value);
        return new Stored(entry.key, ByteBuffer.wrap(entry.key.get()).getLong(16), mode, Bytes.wrap(value));
    }
}
