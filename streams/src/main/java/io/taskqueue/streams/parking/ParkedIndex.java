package io.taskqueue.streams.parking;

import io.taskqueue.event.TaskId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * Which of one partition's tasks are parked, in memory; the store holds the events themselves. For the stream thread only.
 *
 * <pre>
 *   (none) -- park --&gt; waiting -- release --&gt; released -- last event is out --&gt; (none)
 *                         ^                       |
 *                         +------ park, hold -----+
 * </pre>
 */
final class ParkedIndex {

    /** The first event of a parked task. */
    record Head(ParkedKey key, int round) {}

    /** The number of parked tasks and events of a queue. */
    record Count(int tasks, int events) {

        static final Count NONE = new Count(0, 0);

        Count plus(int moreTasks, int moreEvents) {
            return new Count(tasks + moreTasks, events + moreEvents);
        }
    }

    private static final class Parked {

        private final String queue;
        private Head head;
        /** The event that was delivered last since the task was released. */
        private @Nullable ParkedKey delivered;

        private Parked(String queue, Head head) {
            this.queue = queue;
            this.head = head;
        }
    }

    private final Map<TaskId, Parked> tasks = new HashMap<>();
    private final Set<TaskId> released = new LinkedHashSet<>();
    private final Map<String, Count> queues = new HashMap<>();
    private final Map<Long, Integer> offsets = new HashMap<>();
    private final TreeMap<Long, List<ParkedKey>> discarded = new TreeMap<>();
    private int events;

    /** Indexes what a store holds. */
    static ParkedIndex of(ParkedStore store) {
        ParkedIndex index = new ParkedIndex();
        store.forEach(entry -> {
            if (entry.discarded()) {
                index.addDiscarded(entry.key());
            } else {
                index.add(entry);
                if (entry.released()) {
                    index.release(entry.key().task());
                }
            }
        });
        return index;
    }

    boolean isEmpty() {
        return events == 0 && discarded.isEmpty();
    }

    /** The number of parked events. */
    int events() {
        return events;
    }

    Count count(String queue) {
        return queues.getOrDefault(queue, Count.NONE);
    }

    /** The first parked event of a task; null where none is. */
    @Nullable
    Head head(TaskId task) {
        Parked parked = tasks.get(task);
        return parked == null ? null : parked.head;
    }

    /** Whether an event at an offset may be parked or discarded; the store knows for certain. */
    boolean mayHold(long offset) {
        return offsets.containsKey(offset) || discarded.containsKey(offset);
    }

    /** Whether an event at an offset is parked. */
    boolean holds(long offset) {
        return offsets.containsKey(offset);
    }

    /** An event is parked; returns the queue that its task counts for. */
    String add(ParkedEntry entry) {
        TaskId task = entry.key().task();
        Head head = new Head(entry.key(), entry.delivery().round());
        Parked parked = tasks.get(task);
        if (parked == null) {
            parked = new Parked(entry.queue(), head);
            tasks.put(task, parked);
            count(parked.queue, 1, 0);
        } else if (entry.key().offset() < parked.head.key().offset()) {
            parked.head = head;
        }
        events++;
        offsets.merge(entry.key().offset(), 1, Integer::sum);
        count(parked.queue, 0, 1);
        return parked.queue;
    }

    /**
     * The first event of a task is not parked any more; returns the queue that the task counted for.
     *
     * @param next the event behind it, or null if there is none
     */
    String remove(ParkedKey first, @Nullable ParkedEntry next) {
        Parked parked = Objects.requireNonNull(tasks.get(first.task()), "a parked task");
        events--;
        offsets.computeIfPresent(first.offset(), (offset, times) -> times == 1 ? null : times - 1);
        count(parked.queue, 0, -1);
        if (next == null) {
            tasks.remove(first.task());
            released.remove(first.task());
            count(parked.queue, -1, 0);
        } else {
            parked.head = new Head(next.key(), next.delivery().round());
            parked.delivered = first;
        }
        return parked.queue;
    }

    /** The task's events may be delivered again. */
    void release(TaskId task) {
        if (tasks.containsKey(task)) {
            released.add(task);
        }
    }

    /** The task's events wait again. */
    void waitAgain(TaskId task) {
        released.remove(task);
        Parked parked = tasks.get(task);
        if (parked != null) {
            parked.delivered = null;
        }
    }

    boolean released(TaskId task) {
        return released.contains(task);
    }

    boolean anyReleased() {
        return !released.isEmpty();
    }

    /** The released tasks, the one that has waited longest for its turn first. */
    List<TaskId> turns() {
        return List.copyOf(released);
    }

    /** The task had its turn, and moves to the end. */
    void hadTurn(TaskId task) {
        if (released.remove(task)) {
            released.add(task);
        }
    }

    /** The event behind which a released task's parked events begin; null where none was delivered yet. */
    @Nullable
    ParkedKey delivered(TaskId task) {
        Parked parked = tasks.get(task);
        return parked == null ? null : parked.delivered;
    }

    void addDiscarded(ParkedKey key) {
        discarded.computeIfAbsent(key.offset(), offset -> new ArrayList<>(1)).add(key);
    }

    /** Removes a few discarded events before an offset, and returns them. */
    List<ParkedKey> takeDiscarded(long before, int limit) {
        List<ParkedKey> taken = new ArrayList<>();
        while (taken.size() < limit && !discarded.isEmpty() && discarded.firstKey() < before) {
            taken.addAll(discarded.pollFirstEntry().getValue());
        }
        return taken;
    }

    boolean anyDiscarded(long before) {
        return !discarded.isEmpty() && discarded.firstKey() < before;
    }

    /** Removes all discarded events of other topics, and returns them. */
    List<ParkedKey> takeDiscardedExcept(Uuid topicId) {
        List<ParkedKey> taken = new ArrayList<>();
        discarded.values().removeIf(keys -> {
            keys.removeIf(key -> !key.location().topicId().equals(topicId) && taken.add(key));
            return keys.isEmpty();
        });
        return taken;
    }

    void forEachQueue(BiConsumer<String, Count> reader) {
        queues.forEach(reader);
    }

    private void count(String queue, int moreTasks, int moreEvents) {
        queues.merge(queue, new Count(moreTasks, moreEvents), (old, more) -> old.plus(more.tasks(), more.events()));
    }
}
