package io.taskqueue.streams.partition;

import io.taskqueue.sink.EffectMode;
import io.taskqueue.streams.checkpoint.EventLocation;
import io.taskqueue.streams.replay.DeliveryContext;
import io.taskqueue.streams.state.InFlightFormat;
import io.taskqueue.streams.state.KeyValues;
import io.taskqueue.streams.state.StateReader;
import io.taskqueue.streams.state.StateWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.kafka.common.utils.Bytes;

/**
 * The events that were in flight at the last commit: their offsets may be committed, so they are found again here. For the stream
 * thread only.
 *
 * <pre>
 *   key    topic id 16 | offset 8
 *   value  {@link InFlightFormat}; of a held record, a {@link HeldRecord}
 * </pre>
 */
public final class InFlightStore {

    /** An event as it was stored. */
    record Stored(EventLocation location, DeliveryContext delivery, Bytes value) {}

    private final KeyValues store;

    public InFlightStore(KeyValues store) {
        this.store = store;
    }

    void put(EventLocation location, DeliveryContext delivery, byte[] value) {
        byte again = delivery.runsEffects() ? InFlightFormat.RERUN : InFlightFormat.RECORDED_ONLY;
        store.put(
                key(location),
                StateWriter.value(InFlightFormat.VERSION, 9 + value.length)
                        .putByte(delivery.replayed() ? again : InFlightFormat.FIRST)
                        .putInt(delivery.generation())
                        .putInt(delivery.round())
                        .putBytes(value)
                        .toBytes());
    }

    /** Stores a record before which the sink halts: not classified yet, though its offset is committed. */
    void putHeld(EventLocation location, HeldRecord record) {
        StateWriter out = StateWriter.value(InFlightFormat.VERSION, 512).putByte(InFlightFormat.HELD);
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
                if (!InFlightFormat.isHeld(entry.value())) {
                    StateReader in = InFlightFormat.open(entry.value());
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
                if (InFlightFormat.isHeld(entry.value())) {
                    StateReader in = InFlightFormat.open(entry.value());
                    in.readByte();
                    reader.accept(location(entry.key()), HeldRecord.read(in));
                }
            });
        }
    }

    private static DeliveryContext delivery(byte kind, int generation, int round) {
        EffectMode mode = kind == InFlightFormat.RECORDED_ONLY ? EffectMode.RECORDED_ONLY : EffectMode.RUN;
        return new DeliveryContext(mode, kind != InFlightFormat.FIRST, generation, round);
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
