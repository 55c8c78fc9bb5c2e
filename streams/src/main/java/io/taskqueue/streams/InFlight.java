package io.taskqueue.streams;

import io.taskqueue.event.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The events of one partition between being seen and being applied, in memory, and what the store has to learn of them at the
 * next commit. Only the stream thread touches it.
 *
 * <pre>
 *   add ----> fresh --- write ---> stored --- finish, write ---> (gone)
 *               |                    ^
 *               +-- finish --> (gone, never stored)     restore --+
 * </pre>
 */
final class InFlight<T> {

    private final Map<Bytes, LiveEvent<T>> live = new HashMap<>();
    private final Map<Bytes, LiveEvent<T>> fresh = new LinkedHashMap<>();
    private final Map<Bytes, byte[]> held = new LinkedHashMap<>();
    private final List<Bytes> finishedCopies = new ArrayList<>();
    private final Map<String, Integer> byQueue = new HashMap<>();
    private final Map<String, TreeSet<Position>> unfinished = new HashMap<>();

    boolean contains(Bytes key) {
        return live.containsKey(key);
    }

    /** Whether an event is in flight that was parked before, and that a person let go. */
    boolean redriven(Bytes key) {
        LiveEvent<T> event = live.get(key);
        return event != null && event.pass.round() > 0;
    }

    int size() {
        return live.size();
    }

    int size(String queue) {
        return byQueue.getOrDefault(queue, 0);
    }

    /** The position up to which all of a queue is applied, given the newest one seen; null before the first event. */
    @Nullable
    Position done(String queue, Position taken) {
        TreeSet<Position> positions = unfinished.get(queue);
        if (positions == null || positions.isEmpty()) {
            return taken;
        }
        Position lowest = positions.first();
        return lowest.sequence() == 0 ? null : new Position(lowest.epoch(), lowest.sequence() - 1);
    }

    /** An event that was seen now. */
    void add(LiveEvent<T> event) {
        restore(event);
        fresh.put(event.key, event);
    }

    /** An event that the store holds. */
    void restore(LiveEvent<T> event) {
        live.put(event.key, event);
        byQueue.merge(event.event.queueName(), 1, Integer::sum);
        if (event.pass.advances()) {
            unfinished
                    .computeIfAbsent(event.event.queueName(), queue -> new TreeSet<>())
                    .add(event.event.position());
        }
    }

    void finish(LiveEvent<?> event) {
        live.remove(event.key);
        byQueue.computeIfPresent(event.event.queueName(), (queue, size) -> size == 1 ? null : size - 1);
        if (fresh.remove(event.key) == null) {
            finishedCopies.add(event.key);
        }
        TreeSet<Position> positions = unfinished.get(event.event.queueName());
        if (positions != null && event.pass.advances()) {
            positions.remove(event.event.position());
            if (positions.isEmpty()) {
                unfinished.remove(event.event.queueName());
            }
        }
    }

    /** A record before which the sink halts is to be stored as it is. */
    void hold(Bytes key, byte[] record) {
        held.put(key, record);
    }

    /** A record that was held is dealt with like one that comes now. */
    void release(Bytes key) {
        finishedCopies.add(key);
    }

    /** The lowest offset in flight, or a given one where that is lower. */
    long lowestOffset(long atMost) {
        return live.values().stream().mapToLong(event -> event.offset).reduce(atMost, Math::min);
    }

    /** Whether an event is in flight between two offsets, both included. */
    boolean any(long from, long to) {
        return live.values().stream().anyMatch(event -> from <= event.offset && event.offset <= to);
    }

    /** The offsets in flight now. */
    Set<Long> offsets() {
        return live.values().stream().map(event -> event.offset).collect(Collectors.toSet());
    }

    /** Brings the store up to date: only what is unfinished is written, only what was written is deleted. */
    void write(InFlightStore store) {
        finishedCopies.forEach(store::delete);
        finishedCopies.clear();
        fresh.forEach((key, event) -> store.put(key, event.pass, event.value));
        fresh.clear();
        held.forEach(store::putHeld);
        held.clear();
    }
}
