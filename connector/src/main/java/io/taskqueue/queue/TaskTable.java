package io.taskqueue.queue;

import io.taskqueue.queue.TaskState.Dead;
import io.taskqueue.queue.TaskState.Delayed;
import io.taskqueue.queue.TaskState.Leased;
import io.taskqueue.queue.TaskState.Pending;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of a queue, by their state. A task's state changes here and nowhere else, together with its place in the table and
 * with the signal to the threads that wait for that change. Guarded by the queue's lock.
 */
final class TaskTable<T> {

    private final QueueLock lock;
    private final int capacity;
    private final long sweepNanos;
    private final Deque<LiveTask<T>> pending = new ArrayDeque<>();
    private final DeadlineList<T> leased = new DeadlineList<>();
    private final DeadlineList<T> delayed = new DeadlineList<>();
    private final Deque<Dead<T>> dead = new ArrayDeque<>();

    TaskTable(QueueSettings<T> settings, QueueLock lock) {
        this.lock = lock;
        this.capacity = settings.capacity();
        this.sweepNanos = settings.timing().sweepInterval().toNanos();
    }

    boolean hasCapacity() {
        return pending.size() + delayed.size < capacity;
    }

    boolean hasPending() {
        return !pending.isEmpty();
    }

    int pending() {
        return pending.size();
    }

    int leased() {
        return leased.size;
    }

    int delayed() {
        return delayed.size;
    }

    void toPending(LiveTask<T> task, Pending<T> state) {
        task.state = state;
        pending.add(task);
        lock.taskPending.signal();
    }

    void toLeased(LiveTask<T> task, Leased<T> state) {
        task.state = state;
        leased.addLast(task);
        lock.sweepBy(Math.max(state.deadline(), state.renewedAt() + sweepNanos));
    }

    void toDelayed(LiveTask<T> task, Delayed<T> state) {
        task.state = state;
        delayed.addLast(task);
        lock.sweepBy(state.due());
    }

    void toDead(LiveTask<T> task, Dead<T> state) {
        task.state = state;
        if (dead.size() == QueueSnapshot.DEAD_KEPT) {
            dead.remove();
        }
        dead.add(state);
    }

    /** Removes the task that has been pending longest, if there is one. */
    @Nullable
    LiveTask<T> pollPending() {
        LiveTask<T> task = pending.poll();
        if (task != null && hasCapacity()) {
            lock.capacityFree.signal();
        }
        return task;
    }

    void removeLeased(LiveTask<T> task) {
        leased.remove(task);
        if (leased.size == 0) {
            lock.noLeases.signalAll();
        }
    }

    void removeDelayed(LiveTask<T> task) {
        delayed.remove(task);
    }

    /** The leased task whose deadline comes first. */
    @Nullable
    LiveTask<T> firstLeased() {
        return leased.first;
    }

    /** The delayed task that is due first. */
    @Nullable
    LiveTask<T> firstDelayed() {
        return delayed.first;
    }

    /** When a sweep is due next; for leases not before a sweep interval from now, so that they expire in batches. */
    long nextSweep(long now) {
        long next = now + QueueSettings.FOREVER_NANOS;
        if (leased.first != null && leased.first.state instanceof Leased<T> state) {
            next = now + Math.max(state.deadline() - now, sweepNanos);
        }
        if (delayed.first != null && delayed.first.state instanceof Delayed<T> state && state.due() - next < 0) {
            next = state.due();
        }
        return next;
    }

    /** Calls the action with each task that the queue holds and its state: leased, delayed, pending. */
    void forEachLive(BiConsumer<LiveTask<T>, TaskState<T>> action) {
        leased.forEach(task -> action.accept(task, task.state));
        delayed.forEach(task -> action.accept(task, task.state));
        pending.forEach(task -> action.accept(task, task.state));
    }

    /** Calls the action with each state that a snapshot shows: leased, delayed, pending, and the dead-lettered tasks that are kept. */
    void forEachState(Consumer<TaskState<T>> action) {
        forEachLive((task, state) -> action.accept(state));
        dead.forEach(action);
    }

    /**
     * Tasks in the order of their deadlines, each operation in constant time.
     *
     * <p>All deadlines of one queue lie the same duration ahead of the moment they are set, and the ticker does not go back; so
     * the last one set is the latest, and a linked list is ordered by itself.
     */
    private static final class DeadlineList<T> {

        private @Nullable LiveTask<T> first;
        private @Nullable LiveTask<T> last;
        private int size;

        void addLast(LiveTask<T> task) {
            task.earlier = last;
            if (last == null) {
                first = task;
            } else {
                last.later = task;
            }
            last = task;
            size++;
        }

        void remove(LiveTask<T> task) {
            LiveTask<T> before = task.earlier;
            LiveTask<T> after = task.later;
            if (before == null) {
                first = after;
            } else {
                before.later = after;
            }
            if (after == null) {
                last = before;
            } else {
                after.earlier = before;
            }
            task.earlier = null;
            task.later = null;
            size--;
        }

        void forEach(Consumer<LiveTask<T>> action) {
            for (LiveTask<T> task = first; task != null; task = task.later) {
                action.accept(task);
            }
        }
    }
}
