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
 *   value  version 1 | kind 1 (0 first, 1 recorded only, 2 held, 3 again) | generation 4 | round 4 | the event's JSON,
 *          or, held, the record ({@link HeldRecord})
 * </pre>
 */
final class InFlightStore {

    static final String NAME = "in-flight";

    private static final byte VERSION = 1;
    private static final byte FIRST = 0;
    private static final byte RECORDED_ONLY = 1;
    private static final byte HELD = 2;
    private static final byte AGAIN = 3;

    /** An event, or a record that is held, as it was stored. */
    record Stored(Bytes key, long offset, Pass pass, Bytes value) {}

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

    /** The topic of an event, by its key. */
    static Uuid topicId(Bytes key) {
        ByteBuffer bytes = ByteBuffer.wrap(key.get());
        return new Uuid(bytes.getLong(), bytes.getLong());
    }

    void put(Bytes key, Pass pass, byte[] value) {
        byte again = pass.mode() == EffectMode.RECORDED_ONLY ? RECORDED_ONLY : AGAIN;
        put(key, pass.replayed() ? again : FIRST, pass, value);
    }

    /** A record before which the sink halts: not classified yet, though its offset is committed. */
    void putHeld(Bytes key, byte[] record) {
        put(key, HELD, Pass.FIRST, record);
    }

    private void put(Bytes key, byte kind, Pass pass, byte[] value) {
        store.put(
                key,
                ByteBuffer.allocate(10 + value.length)
                        .put(VERSION)
                        .put(kind)
                        .putInt(pass.generation())
                        .putInt(pass.round())
                        .put(value)
                        .array());
    }

    void delete(Bytes key) {
        store.delete(key);
    }

    /** The events that were handed to the workers, by offset. */
    List<Stored> all() {
        return all(false);
    }

    /** The records that are held, by offset. */
    List<Stored> held() {
        return all(true);
    }

    private List<Stored> all(boolean held) {
        List<Stored> all = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> entries = store.all()) {
            while (entries.hasNext()) {
                KeyValue<Bytes, byte[]> entry = entries.next();
                if (held == (entry.value[1] == HELD)) {
                    all.add(stored(entry));
                }
            }
        }
        return all;
    }

    private static Stored stored(KeyValue<Bytes, byte[]> entry) {
        ByteBuffer bytes = ByteBuffer.wrap(entry.value);
        StateVersion.require("event in flight", VERSION, bytes.get());
        Pass pass = pass(bytes.get(), bytes.getInt(), bytes.getInt());
        byte[] value = new byte[bytes.remaining()];
        bytes.get(value);
        return new Stored(entry.key, ByteBuffer.wrap(entry.key.get()).getLong(16), pass, Bytes.wrap(value));
    }

    private static Pass pass(byte kind, int generation, int round) {
        EffectMode mode = kind == RECORDED_ONLY ? EffectMode.RECORDED_ONLY : EffectMode.RUN;
        return new Pass(mode, kind == RECORDED_ONLY || kind == AGAIN, generation, round);
    }
}
