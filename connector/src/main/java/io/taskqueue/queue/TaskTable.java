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
 *
 * <p>A change of state cannot fail: it allocates nothing and calls no one's code. So it follows its event, which might.
 */
final class TaskTable<T> {

    private final QueueLock lock;
    private final int capacity;
    private final long sweepNanos;
    private final TaskList<T> pending = new TaskList<>();
    private final TaskList<T> leased = new TaskList<>();
    private final TaskList<T> delayed = new TaskList<>();
    private final Deque<Dead<T>> dead = new ArrayDeque<>(QueueSnapshot.DEAD_KEPT);

    TaskTable(QueueSettings<T> settings, QueueLock lock) {
        this.lock = lock;
        this.capacity = settings.capacity();
        this.sweepNanos = settings.timing().sweepInterval().toNanos();
    }

    boolean hasCapacity() {
        return pending.size + delayed.size < capacity;
    }

    boolean hasPending() {
        return pending.size > 0;
    }

    int pending() {
        return pending.size;
    }

    int leased() {
        return leased.size;
    }

    int delayed() {
        return delayed.size;
    }

    /** A new or restored task is pending. */
    void addPending(LiveTask<T> task) {
        pending.addLast(task);
        lock.taskPending.signal();
    }

    void toPending(LiveTask<T> task, Pending<T> state) {
        move(task, state, pending);
        lock.taskPending.signal();
    }

    void toLeased(LiveTask<T> task, Leased<T> state) {
        move(task, state, leased);
        lock.sweepBy(Math.max(state.deadline(), state.renewedAt() + sweepNanos));
    }

    void toDelayed(LiveTask<T> task, Delayed<T> state) {
        move(task, state, delayed);
        lock.sweepBy(state.due());
    }

    void toDead(LiveTask<T> task, Dead<T> state) {
        remove(task);
        task.state = state;
        if (dead.size() == QueueSnapshot.DEAD_KEPT) {
            dead.remove();
        }
        dead.add(state);
    }

    /** The task leaves the queue, or the place that it has in the table. */
    void remove(LiveTask<T> task) {
        TaskState<T> state = task.state;
        if (state instanceof Pending) {
            pending.remove(task);
            if (hasCapacity()) {
                lock.capacityFree.signal();
            }
        } else if (state instanceof Leased) {
            leased.remove(task);
            if (leased.size == 0) {
                lock.noLeases.signalAll();
            }
        } else if (state instanceof Delayed) {
            delayed.remove(task);
        }
    }

    private void move(LiveTask<T> task, TaskState<T> state, TaskList<T> to) {
        remove(task);
        task.state = state;
        to.addLast(task);
    }

    /** The task that has been pending longest. */
    @Nullable
    LiveTask<T> firstPending() {
        return pending.first;
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

    /** A task that the queue holds: its state, and what stays with it through its states. */
    static final class LiveTask<T> {

        /** The payload as the journal encoded it; every event of the task reuses it. */
        final byte[] payload;

        TaskState<T> state;

        /** Places in the journal reserved for events of this task: none while pending, two while leased, one while delayed. */
        int places;

        /** The current lease, while the task is leased. */
        @Nullable
        Lease<T> lease;

        /** The task's neighbours in the one list that it is in. */
        private @Nullable LiveTask<T> earlier;

        private @Nullable LiveTask<T> later;

        LiveTask(Pending<T> state, byte[] payload) {
            this.state = state;
            this.payload = payload;
        }

        /** Ends the task's lease, if it has one. */
        void endLease(Lease.Ending ending) {
            Lease<T> ended = lease;
            if (ended != null) {
                ended.end(ending);
                lease = null;
            }
        }
    }

    /**
     * Tasks in the order in which they came, each operation in constant time.
     *
     * <p>For leased and delayed tasks this is the order of their deadlines too: all deadlines of one queue lie the same duration
     * ahead of the moment they are set, and the ticker does not go back; so the last one set is the latest.
     */
    private static final class TaskList<T> {

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
