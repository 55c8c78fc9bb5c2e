package io.taskqueue.console.fold;

import io.taskqueue.console.fold.ViewStore.Entries;
import io.taskqueue.console.fold.ViewStore.Entry;
import io.taskqueue.event.TaskId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of a partition in their store: by identity, and by queue, phase and the event with which they entered it. Keeps the numbers of its
 * queues. Not thread-safe; owned by its {@link PartitionFold}.
 */
final class TaskIndex {

    /** So many of a queue's oldest leases, and of its oldest delays, are looked at for the earliest one. */
    private static final int DEADLINES = 16;

    /** How many tasks are in memory at once. */
    private static final int PART = 1_000;

    private final ViewStore store;

    TaskIndex(ViewStore store) {
        this.store = store;
    }

    /** A task of a queue, or null. */
    @Nullable
    IndexedTask get(String queue, TaskId id) {
        byte[] key = ViewKeys.task(queue, id);
        byte[] value = store.get(key);
        return value == null ? null : IndexedTask.read(key, value);
    }

    /** A task, once for each queue of the partition that has it or had it. */
    List<IndexedTask> find(TaskId id) {
        byte[] prefix = ViewKeys.task(id);
        List<IndexedTask> found = new ArrayList<>();
        try (Entries entries = store.ascending(prefix, ViewKeys.endOf(prefix))) {
            entries.forEachRemaining(entry -> found.add(IndexedTask.read(entry.key(), entry.value())));
        }
        found.removeIf(task -> !task.id().equals(id));
        return found;
    }

    void replace(QueueState queue, @Nullable IndexedTask before, IndexedTask after) {
        byte[] key = ViewKeys.task(queue.name, after.id());
        boolean moved = before == null
                || before.phase() != after.phase()
                || before.place().offset() != after.place().offset();
        if (before != null && moved) {
            store.delete(order(before));
            queue.left(before.phase());
        }
        store.put(key, after.toBytes());
        if (moved) {
            store.put(order(after), key);
            queue.entered(after.phase(), after.place().offset());
        }
    }

    /** Removes the oldest tasks of a phase; returns how many there were. */
    int removeOldest(QueueState queue, ViewPhase phase, long number) {
        List<Entry> oldest = new ArrayList<>();
        try (Entries entries = inOrder(queue, phase)) {
            while (entries.hasNext() && oldest.size() < number) {
                oldest.add(entries.next());
            }
        }
        for (Entry entry : oldest) {
            store.delete(entry.key());
            store.delete(entry.value());
            queue.left(phase);
            queue.front(phase, ViewKeys.offset(entry.key()) + 1);
        }
        return oldest.size();
    }

    /** Removes the tasks of a phase whose newest event has a lower offset; returns how many there were. */
    int removeOlderThan(QueueState queue, ViewPhase phase, long offset) {
        int removed = 0;
        long from = queue.front(phase);
        while (true) {
            List<Entry> part = new ArrayList<>();
            try (Entries entries = store.ascending(
                    ViewKeys.order(queue.name, phase, from), ViewKeys.order(queue.name, phase, Long.MAX_VALUE))) {
                while (entries.hasNext() && part.size() < PART) {
                    part.add(entries.next());
                }
            }
            for (Entry entry : part) {
                IndexedTask task = task(entry);
                if (task != null && task.events().newest() < offset) {
                    store.delete(entry.key());
                    store.delete(entry.value());
                    queue.left(phase);
                    removed++;
                }
            }
            if (part.size() < PART) {
                return removed;
            }
            from = ViewKeys.offset(part.get(part.size() - 1).key()) + 1;
        }
    }

    /** Finds since when a queue's oldest pending task is pending, and when its owner has to act next. */
    void lookUpOldest(QueueState queue) {
        Instant pending = oldest(queue, ViewPhase.PENDING)
                .map(task -> task.place().since())
                .orElse(null);
        Instant lease = earliestDeadline(queue, ViewPhase.LEASED);
        Instant delay = earliestDeadline(queue, ViewPhase.DELAYED);
        queue.lookedUp(pending, lease == null || (delay != null && delay.isBefore(lease)) ? delay : lease);
    }

    private Optional<IndexedTask> oldest(QueueState queue, ViewPhase phase) {
        if (queue.tasks(phase) == 0) {
            return Optional.empty();
        }
        try (Entries entries = inOrder(queue, phase)) {
            if (!entries.hasNext()) {
                return Optional.empty();
            }
            Entry first = entries.next();
            queue.front(phase, ViewKeys.offset(first.key()));
            return Optional.ofNullable(task(first));
        }
    }

    /**
     * All leases of a queue last equally long, and so do its delays: the oldest end first. The owner does not know a task whose newest event is
     * of an older epoch, and does nothing about it.
     */
    private @Nullable Instant earliestDeadline(QueueState queue, ViewPhase phase) {
        if (queue.tasks(phase) == 0) {
            return null;
        }
        Instant earliest = null;
        try (Entries entries = inOrder(queue, phase)) {
            for (int looked = 0; looked < DEADLINES && entries.hasNext(); looked++) {
                Entry entry = entries.next();
                if (looked == 0) {
                    queue.front(phase, ViewKeys.offset(entry.key()));
                }
                IndexedTask task = task(entry);
                Instant deadline = task == null || task.place().epoch() < queue.epoch()
                        ? null
                        : task.progress().deadline();
                if (deadline != null && (earliest == null || deadline.isBefore(earliest))) {
                    earliest = deadline;
                }
            }
        }
        return earliest;
    }

    /**
     * Lists tasks of a queue, the newest change first.
     *
     * @param wanted only tasks that it accepts
     * @param before only those that entered their phase before this offset
     * @param examined at most so many are examined
     */
    Listed list(
            QueueState queue,
            List<ViewPhase> phases,
            Predicate<IndexedTask> wanted,
            long before,
            int limit,
            int examined) {
        PriorityQueue<Cursor> newest = new PriorityQueue<>(
                Comparator.comparingLong((Cursor cursor) -> cursor.offset).reversed());
        List<IndexedTask> found = new ArrayList<>();
        List<Cursor> open = new ArrayList<>();
        long last = before;
        try {
            for (ViewPhase phase : phases) {
                if (queue.tasks(phase) > 0) {
                    Cursor cursor = new Cursor(store.descending(
                            ViewKeys.order(queue.name, phase, queue.front(phase)),
                            ViewKeys.order(queue.name, phase, before)));
                    open.add(cursor);
                    if (cursor.advance()) {
                        newest.add(cursor);
                    }
                }
            }
            for (int looked = 0; looked < examined && found.size() < limit && !newest.isEmpty(); looked++) {
                Cursor cursor = Objects.requireNonNull(newest.poll());
                last = cursor.offset;
                IndexedTask task = cursor.entry == null ? null : task(cursor.entry);
                if (task != null && wanted.test(task)) {
                    found.add(task);
                }
                if (cursor.advance()) {
                    newest.add(cursor);
                }
            }
            return new Listed(found, last, newest.isEmpty());
        } finally {
            open.forEach(Cursor::close);
        }
    }

    /**
     * A part of a list.
     *
     * @param before where the next part continues
     * @param complete whether nothing follows
     */
    record Listed(List<IndexedTask> tasks, long before, boolean complete) {}

    private Entries inOrder(QueueState queue, ViewPhase phase) {
        return store.ascending(
                ViewKeys.order(queue.name, phase, queue.front(phase)),
                ViewKeys.order(queue.name, phase, Long.MAX_VALUE));
    }

    private @Nullable IndexedTask task(Entry inOrder) {
        byte[] value = store.get(inOrder.value());
        return value == null ? null : IndexedTask.read(inOrder.value(), value);
    }

    private static byte[] order(IndexedTask task) {
        return ViewKeys.order(task.queueName(), task.phase(), task.place().offset());
    }

    private static final class Cursor implements AutoCloseable {

        private final Entries entries;
        private @Nullable Entry entry;
        private long offset;

        private Cursor(Entries entries) {
            this.entries = entries;
        }

        private boolean advance() {
            if (!entries.hasNext()) {
                return false;
            }
            Entry next = entries.next();
            entry = next;
            offset = ViewKeys.offset(next.key());
            return true;
        }

        @Override
        public void close() {
            entries.close();
        }
    }
}
