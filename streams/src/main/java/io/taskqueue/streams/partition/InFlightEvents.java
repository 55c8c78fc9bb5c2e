package io.taskqueue.streams.partition;

import io.taskqueue.event.Position;
import io.taskqueue.streams.checkpoint.EventLocation;
import io.taskqueue.streams.status.SinkProgress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * The events of one partition between being read and being applied, in memory, and the changes to write to the store at the
 * next commit. For the stream thread only.
 *
 * <pre>
 *   add ----&gt; fresh --- write ---&gt; stored --- finish, write ---&gt; (removed)
 *               |                    ^
 *               +-- finish --&gt; (removed, never stored)     restore --+
 * </pre>
 */
final class InFlightEvents<T> {

    private final Map<EventLocation, InFlightEvent<T>> events = new HashMap<>();
    private final Map<EventLocation, InFlightEvent<T>> fresh = new LinkedHashMap<>();
    private final Map<EventLocation, HeldRecord> held = new LinkedHashMap<>();
    private final List<EventLocation> storedAndFinished = new ArrayList<>();
    private final Map<String, Integer> byQueue = new HashMap<>();
    private final Map<String, TreeSet<Position>> unfinished = new HashMap<>();
    private final InFlightStore store;
    private final SinkProgress progress;

    InFlightEvents(InFlightStore store, SinkProgress progress) {
        this.store = store;
        this.progress = progress;
    }

    @Nullable
    InFlightEvent<T> find(EventLocation location) {
        return events.get(location);
    }

    int size() {
        return events.size();
    }

    int size(String queue) {
        return byQueue.getOrDefault(queue, 0);
    }

    /** The position up to which all of a queue is applied, given the newest one read; null before the first event. */
    @Nullable
    Position done(String queue, Position newest) {
        TreeSet<Position> positions = unfinished.get(queue);
        if (positions == null || positions.isEmpty()) {
            return newest;
        }
        Position lowest = positions.first();
        return lowest.sequence() == 0 ? null : new Position(lowest.epoch(), lowest.sequence() - 1);
    }

    /** Adds an event that was read now. */
    void add(InFlightEvent<T> event) {
        restore(event);
        fresh.put(event.location(), event);
    }

    /** Adds an event that the store holds. */
    void restore(InFlightEvent<T> event) {
        progress.addInFlight(1);
        events.put(event.location(), event);
        byQueue.merge(event.event().queueName(), 1, Integer::sum);
        if (event.delivery().advancesPositions()) {
            unfinished
                    .computeIfAbsent(event.event().queueName(), queue -> new TreeSet<>())
                    .add(event.event().position());
        }
    }

    void finish(InFlightEvent<?> event) {
        String queue = event.event().queueName();
        progress.addInFlight(-1);
        events.remove(event.location());
        byQueue.computeIfPresent(queue, (name, size) -> size == 1 ? null : size - 1);
        if (fresh.remove(event.location()) == null) {
            storedAndFinished.add(event.location());
        }
        TreeSet<Position> positions = unfinished.get(queue);
        if (positions != null && event.delivery().advancesPositions()) {
            positions.remove(event.event().position());
            if (positions.isEmpty()) {
                unfinished.remove(queue);
            }
        }
    }

    /** Stores a record before which the sink halts, as it is. */
    void hold(EventLocation location, HeldRecord record) {
        held.put(location, record);
    }

    /**
     * The log was shortened to a place: what is in flight from there on cannot be read again, and new events take its place.
     *
     * @param lost stands for the part of the log that is lost
     */
    void shortened(EventLocation end, Uuid lost) {
        for (InFlightStore.Stored event : store.events()) {
            EventLocation at = event.location();
            if (at.topicId().equals(end.topicId()) && at.offset() >= end.offset()) {
                store.put(
                        new EventLocation(lost, at.offset()),
                        event.delivery(),
                        event.value().get());
                store.delete(at);
            }
        }
    }

    /** The events that were in flight at the last commit, by offset. */
    List<InFlightStore.Stored> stored() {
        return store.events();
    }

    /** The partition is assigned to another instance now: its events are not in flight here any more. */
    void partitionReleased() {
        progress.addInFlight(-events.size());
    }

    /** The records that were held when the sink halted, by offset; they are not held any more. */
    Map<Long, HeldRecord> releaseHeld() {
        Map<Long, HeldRecord> records = new LinkedHashMap<>();
        store.readHeld((location, record) -> {
            records.put(location.offset(), record);
            storedAndFinished.add(location);
        });
        return records;
    }

    /** The lowest offset in flight, or a given one where that is lower. */
    long lowestOffset(long atMost) {
        return events.keySet().stream().mapToLong(EventLocation::offset).reduce(atMost, Math::min);
    }

    /** Whether an event at an offset is in flight. */
    boolean anyAt(long offset) {
        return any(offset, offset);
    }

    /** Whether an event is in flight between two offsets, both included. */
    boolean any(long from, long to) {
        return events.keySet().stream().anyMatch(event -> from <= event.offset() && event.offset() <= to);
    }

    /** The offsets in flight now. */
    Set<Long> offsets() {
        return events.keySet().stream().map(EventLocation::offset).collect(Collectors.toSet());
    }

    /** Brings the store up to date: only what is unfinished is written, only what was written is deleted. */
    void write() {
        storedAndFinished.forEach(store::delete);
        storedAndFinished.clear();
        fresh.forEach((location, event) -> store.put(location, event.delivery(), event.value()));
        fresh.clear();
        held.forEach(store::putHeld);
        held.clear();
    }
}
