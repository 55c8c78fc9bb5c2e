package io.taskqueue.streams.admin;

import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.parking.ParkedFormat;
import io.taskqueue.streams.state.StateKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Bytes;

/**
 * The parked and discarded events of a sink, from the records of its changelog, within a bound. Events that are larger than the bound are not held, but
 * their offsets and sizes are: so it is known when they fit again, and which records have to be read for that. The changelog cannot be read from
 * its start instead: until it is compacted, it holds all that was removed as well, and exceeds the bound again.
 *
 * <pre>
 *   HELD ------- events are larger than the bound -------&gt; LOCATED ------- offsets are, too -------&gt; UNKNOWN
 *    ^ ^                                                     |                                         |
 *    | +--- events fit again, and their records were read ---+                                         |
 *    +----------------------- every partition was forgotten, to be read from its start ----------------+
 * </pre>
 *
 * <p>Not thread-safe.
 */
final class ParkedEventTable {

    /** About what the offset and the size of an event take, beside its key. */
    private static final int OVERHEAD = 120;

    private enum State {
        HELD,
        LOCATED,
        UNKNOWN
    }

    /** The newest record of an event. */
    private record Location(long offset, int bytes) {}

    /** The events of one partition. */
    private static final class Partition {
        private final Map<Bytes, Location> located = new HashMap<>();
        private final Map<Bytes, ParkedEvent> held = new HashMap<>();
    }

    private final long maxBytes;
    private final Map<Integer, Partition> partitions = new TreeMap<>();
    private State state = State.HELD;
    private long bytes;
    private long locationBytes;
    private long version;

    /** @param maxBytes the size of the events that are held, and that of the offsets of those that are not */
    ParkedEventTable(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Adds the next record of a partition. */
    void add(ConsumerRecord<byte[], byte[]> record) {
        version++;
        if (state == State.UNKNOWN) {
            return;
        }
        Bytes key = Bytes.wrap(record.key());
        Partition partition = partitions.computeIfAbsent(record.partition(), number -> new Partition());
        partition.held.remove(key);
        Location before = partition.located.remove(key);
        if (before != null) {
            count(key, before, -1);
        }
        if (record.value() == null) {
            return;
        }
        Location now = new Location(record.offset(), record.value().length);
        partition.located.put(key, now);
        count(key, now, 1);
        if (locationBytes > maxBytes) {
            state = State.UNKNOWN;
            partitions.clear();
            bytes = 0;
            locationBytes = 0;
        } else if (bytes > maxBytes) {
            state = State.LOCATED;
            partitions.values().forEach(each -> each.held.clear());
        } else if (state == State.HELD) {
            partition.held.put(key, event(record));
        }
    }

    private void count(Bytes key, Location location, int sign) {
        bytes += (long) sign * location.bytes();
        locationBytes += sign * (long) (OVERHEAD + key.get().length);
    }

    private static ParkedEvent event(ConsumerRecord<byte[], byte[]> record) {
        return ParkedFormat.entry(StateKind.PARKED.strip(record.key()), record.value())
                .shown(record.partition());
    }

    /** Forgets a partition, which is read again from its start. */
    void forget(int number) {
        Partition forgotten = partitions.remove(number);
        if (forgotten != null) {
            forgotten.located.forEach((key, location) -> count(key, location, -1));
        }
        version++;
    }

    /** Forgets all partitions, which are read again from their start. */
    void forgetAll() {
        List.copyOf(partitions.keySet()).forEach(this::forget);
        state = State.HELD;
    }

    /** All events, in no order; empty if they are not held. */
    Optional<List<ParkedEvent>> events() {
        if (state != State.HELD) {
            return Optional.empty();
        }
        List<ParkedEvent> events = new ArrayList<>();
        partitions.values().forEach(each -> events.addAll(each.held.values()));
        return Optional.of(events);
    }

    /** Whether it is not even known where events are. */
    boolean unknown() {
        return state == State.UNKNOWN;
    }

    /**
     * From which offset of each partition records have to be read again, because events fit again: they have come down to three quarters of the
     * bound, so that they do not exceed it again at once. Empty if nothing has to be read.
     */
    Map<Integer, Long> toReadAgain() {
        Map<Integer, Long> from = new HashMap<>();
        if (state == State.LOCATED && bytes <= maxBytes / 4 * 3) {
            partitions.forEach((number, partition) -> partition.located.values().stream()
                    .mapToLong(Location::offset)
                    .min()
                    .ifPresent(first -> from.put(number, first)));
            if (from.isEmpty()) {
                hold();
            }
        }
        return from;
    }

    /** Adds a record that was read again; one that is not the newest of an event is ignored. */
    void addAgain(ConsumerRecord<byte[], byte[]> record) {
        Partition partition = partitions.get(record.partition());
        Bytes key = Bytes.wrap(record.key());
        Location location = partition == null ? null : partition.located.get(key);
        if (partition == null
                || state != State.LOCATED
                || location == null
                || location.offset() != record.offset()
                || record.value() == null) {
            return;
        }
        partition.held.put(key, event(record));
        if (partitions.values().stream().allMatch(each -> each.held.size() == each.located.size())) {
            hold();
        }
    }

    private void hold() {
        state = State.HELD;
        version++;
    }

    /** Changes with each change of {@link #events}. */
    long version() {
        return version;
    }
}
