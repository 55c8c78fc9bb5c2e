package io.taskqueue.streams.partition;

import io.taskqueue.sink.EffectMode;
import io.taskqueue.streams.checkpoint.EventLocation;
import io.taskqueue.streams.replay.DeliveryContext;
import io.taskqueue.streams.state.KeyValues;
import io.taskqueue.streams.state.StateReader;
import io.taskqueue.streams.state.StateWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.kafka.common.utils.Bytes;

/**
 * The events that were in flight at the last commit: their offsets may be committed, so they are found again here. For the stream
 * thread only.
 *
 * <pre>
 *   key    topic id 16 | offset 8
 *   value  version 1 | kind 1 (0 first, 1 recorded only, 2 held, 3 rerun) | generation 4 | round 4 | the event's JSON
 *          version 1 | kind 2 | a {@link HeldRecord}
 * </pre>
 */
public final class InFlightStore {

    private static final byte VERSION = 1;
    private static final byte FIRST = 0;
    private static final byte RECORDED_ONLY = 1;
    private static final byte HELD = 2;
    private static final byte RERUN = 3;

    /** Where the kind is in a value. */
    private static final int KIND_AT = 1;

    /** An event as it was stored. */
    record Stored(EventLocation location, DeliveryContext delivery, Bytes value) {}

    private final KeyValues store;

    public InFlightStore(KeyValues store) {
        this.store = store;
    }

    void put(EventLocation location, DeliveryContext delivery, byte[] value) {
        byte again = delivery.runsEffects() ? RERUN : RECORDED_ONLY;
        store.put(
                key(location),
                StateWriter.value(VERSION, 9 + value.length)
                        .putByte(delivery.replayed() ? again : FIRST)
                        .putInt(delivery.generation())
                        .putInt(delivery.round())
                        .putBytes(value)
                        .toBytes());
    }

    /** Stores a record before which the sink halts: not classified yet, though its offset is committed. */
    void putHeld(EventLocation location, HeldRecord record) {
        StateWriter out = StateWriter.value(VERSION, 512).putByte(HELD);
        record.write(out);
        store.put(key(location), out.toBytes());
    }

    void delete(EventLocation location) {
        store.delete(key(location));
    }

    /** The events that were passed to the workers, by offset. */
    List<Stored> events() {
        List<Stored> events = new ArrayList<>();
        try (KeyValues.Entries entries = store.all()) {
            entries.forEachRemaining(entry -> {
                if (entry.value()[KIND_AT] != HELD) {
                    StateReader in = opened(entry);
                    DeliveryContext delivery = delivery(in.readByte(), in.readInt(), in.readInt());
                    events.add(new Stored(location(entry.key()), delivery, Bytes.wrap(in.readRest())));
                }
            });
        }
        return events;
    }

    /** Reads the records that are held, by offset. */
    void readHeld(BiConsumer<EventLocation, HeldRecord> reader) {
        try (KeyValues.Entries entries = store.all()) {
            entries.forEachRemaining(entry -> {
                if (entry.value()[KIND_AT] == HELD) {
                    StateReader in = opened(entry);
                    in.readByte();
                    reader.accept(location(entry.key()), HeldRecord.read(in));
                }
            });
        }
    }

    /** The event's JSON in a stored value; empty for one that is replayed or held, which no checkpoint waits for. */
    public static Optional<byte[]> firstDelivery(byte[] stored) {
        if (stored[KIND_AT] != FIRST) {
            return Optional.empty();
        }
        StateReader in = StateReader.value("event in flight", VERSION, stored);
        DeliveryContext first = delivery(in.readByte(), in.readInt(), in.readInt());
        return first.replayed() ? Optional.empty() : Optional.of(in.readRest());
    }

    private static StateReader opened(KeyValues.Entry entry) {
        return StateReader.value("event in flight", VERSION, entry.value());
    }

    private static DeliveryContext delivery(byte kind, int generation, int round) {
        EffectMode mode = kind == RECORDED_ONLY ? EffectMode.RECORDED_ONLY : EffectMode.RUN;
        return new DeliveryContext(mode, kind != FIRST, generation, round);
    }

    private static Bytes key(EventLocation location) {
        return Bytes.wrap(StateWriter.key(24)
                .putUuid(location.topicId())
                .putLong(location.offset())
                .toBytes());
    }

    private static EventLocation location(Bytes key) {
        StateReader in = StateReader.key(key.get());
        return new EventLocation(in.readKafkaUuid(), in.readLong());
    }
}
