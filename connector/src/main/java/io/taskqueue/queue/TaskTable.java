package io.taskqueue.queue;

import io.taskqueue.event.TaskId;
import io.taskqueue.queue.TaskState.Dead;
import io.taskqueue.queue.TaskState.Delayed;
import io.taskqueue.queue.TaskState.Leased;
import io.taskqueue.queue.TaskState.Pending;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of a queue, by their state. A task's state changes here and nowhere else, together with its place in the table and
 * with the signal to the threads that wait for that change. Guarded by the queue's lock.
 *
 * <p>A change of state cannot fail: it allocates nothing and calls no one's code. So it follows its event, which might. What has to be
 * allocated for it is allocated before: {@link #addKey}, {@link #makeRoom}.
 *
 * <pre>
 *   pending    lists by priority, each first come, first leased
 *   leased     a list in the order of deadlines, and a heap for recovered leases, which nobody in this process holds
 *   delayed    a list in the order of deadlines, and a heap for delays of their own: of an enqueue, or recovered
 *   keys       the live tasks that have a key
 *   dead       a list of the tasks that died last
 * </pre>
 */
final class TaskTable<T> {

    private static final byte[] NO_PAYLOAD = {};

    private final QueueLock lock;
    private final int capacity;
    private final long sweepNanos;
    private final PendingTasks<T> pending = new PendingTasks<>();
    private final TaskList<T> leased = new TaskList<>();
    private final TaskList<T> delayed = new TaskList<>();
    private final DeadlineHeap<T> recoveredLeases = new DeadlineHeap<>();
    private final DeadlineHeap<T> ownDelays = new DeadlineHeap<>();
    private final Map<String, LiveTask<T>> keys = new HashMap<>();
    private final TaskList<T> dead = new TaskList<>();

    TaskTable(QueueSettings<T> settings, QueueLock lock) {
        this.lock = lock;
        this.capacity = settings.capacity();
        this.sweepNanos = settings.timing().sweepInterval().toNanos();
    }

    boolean hasCapacity() {
        return hasCapacity(1);
    }

    /** Whether so many more tasks may be pending. */
    boolean hasCapacity(int more) {
        return (long) pending.size() + delayed() + more <= capacity;
    }

    boolean hasPending() {
        return pending.size() > 0;
    }

    int pending() {
        return pending.size();
    }

    int leased() {
        return leased.size() + recoveredLeases.size();
    }

    /** How many leases are held in this process; recovered ones are not. */
    int held() {
        return leased.size();
    }

    int delayed() {
        return delayed.size() + ownDelays.size();
    }

    /** A live task of the key. */
    @Nullable
    LiveTask<T> ofKey(String key) {
        return keys.get(key);
    }

    /** Makes a task known by its key, if it has one, before the event with which it enters the queue. */
    void addKey(LiveTask<T> task) {
        String key = task.state.task().key();
        if (key != null) {
            task.olderOfKey = keys.put(key, task);
        }
    }

    /** The task has left the queue, or could not enter it. */
    void removeKey(LiveTask<T> task) {
        String key = task.state.task().key();
        if (key == null) {
            return;
        }
        LiveTask<T> newest = keys.get(key);
        if (newest == task) {
            if (task.olderOfKey == null) {
                keys.remove(key);
            } else {
                keys.put(key, task.olderOfKey);
            }
            return;
        }
        for (LiveTask<T> newer = newest; newer != null; newer = newer.olderOfKey) {
            if (newer.olderOfKey == task) {
                newer.olderOfKey = task.olderOfKey;
            }
        }
    }

    /** Makes room for tasks with a lease that was recovered, or a delay of their own, before the first of them is added. */
    void makeRoom(int recovered, int delays) {
        recoveredLeases.makeRoom(recovered);
        ownDelays.makeRoom(delays);
    }

    /** A new, restored or recovered task enters the queue in its state; there is room for it. */
    void add(LiveTask<T> task) {
        if (task.state instanceof Leased) {
            recoveredLeases.add(task);
        } else if (task.state instanceof Delayed<T> state) {
            ownDelays.add(task);
            lock.nextSweep.before(state.due());
        } else {
            pending.addLast(task);
            lock.leases.wakeOne();
        }
    }

    void toPending(LiveTask<T> task, Pending<T> state) {
        unlink(task);
        task.state = state;
        pending.addLast(task);
        lock.leases.wakeOne();
    }

    void toLeased(LiveTask<T> task, Leased<T> state) {
        if (task.state instanceof Pending) {
            pending.countLease(task);
        }
        move(task, state, leased);
        long nanos = Math.max(state.deadline() - state.renewedAt(), sweepNanos);
        lock.nextSweep.before(state.renewedAt() + nanos, nanos);
    }

    void toDelayed(LiveTask<T> task, Delayed<T> state) {
        move(task, state, delayed);
        lock.nextSweep.before(state.due());
    }

    void toDead(LiveTask<T> task, Dead<T> state) {
        remove(task);
        task.state = state;
        if (dead.size() == QueueSnapshot.DEAD_KEPT) {
            dead.remove(Objects.requireNonNull(dead.first()));
        }
        task.payload = NO_PAYLOAD; // it has no further events
        task.olderOfKey = null;
        dead.addLast(task);
    }

    /** A dead task is live again, if the queue kept one of that identity. */
    void forgetDead(TaskId id) {
        LiveTask<T> next;
        for (LiveTask<T> kept = dead.first(); kept != null; kept = next) {
            next = kept.later;
            if (kept.state.task().id().equals(id)) {
                dead.remove(kept);
            }
        }
    }

    /** The task leaves the queue. */
    void remove(LiveTask<T> task) {
        boolean waits = !(task.state instanceof Leased);
        unlink(task);
        if (waits && hasCapacity()) { // a delayed task that ends, too, makes room
            lock.enqueues.wakeOne();
            lock.batches.wakeAll();
        }
        removeKey(task);
    }

    private void unlink(LiveTask<T> task) {
        TaskState<T> state = task.state;
        if (state instanceof Pending) {
            pending.remove(task);
            if (hasCapacity()) {
                lock.enqueues.wakeOne();
            }
            lock.batches.wakeAll();
        } else if (state instanceof Leased) {
            if (recoveredLeases.first() == task) {
                recoveredLeases.removeFirst();
            } else {
                leased.remove(task);
            }
            if (held() == 0) {
                lock.noLeases.signalAll();
            }
        } else if (ownDelays.first() == task) {
            ownDelays.removeFirst();
        } else {
            delayed.remove(task);
        }
    }

    private void move(LiveTask<T> task, TaskState<T> state, TaskList<T> to) {
        unlink(task);
        task.state = state;
        to.addLast(task);
    }

    /** The pending task that is leased next. */
    @Nullable
    LiveTask<T> nextPending() {
        return pending.next();
    }

    /** The task that has been pending longest. */
    @Nullable
    LiveTask<T> oldestPending() {
        return pending.oldest();
    }

    /** The leased task whose deadline comes first. */
    @Nullable
    LiveTask<T> firstLeased() {
        return earlier(leased.first(), recoveredLeases.first());
    }

    /** The delayed task that is due first. */
    @Nullable
    LiveTask<T> firstDelayed() {
        return earlier(delayed.first(), ownDelays.first());
    }

    private static <T> @Nullable LiveTask<T> earlier(@Nullable LiveTask<T> listed, @Nullable LiveTask<T> heaped) {
        if (listed == null || heaped == null) {
            return listed == null ? heaped : listed;
        }
        return DeadlineHeap.isBefore(listed, heaped) ? listed : heaped;
    }

    /** Whether a lease can expire, or a delay end. */
    boolean canBecomeDue() {
        return firstLeased() != null || firstDelayed() != null;
    }

    /** When a sweep is due next; for leases not before a sweep interval from now, so that they expire in batches. */
    long nextSweep(long now) {
        long next = now + QueueSettings.FOREVER_NANOS;
        LiveTask<T> firstLeased = firstLeased();
        if (firstLeased != null) {
            next = now + Math.max(DeadlineHeap.deadline(firstLeased) - now, sweepNanos);
        }
        LiveTask<T> firstDelayed = firstDelayed();
        if (firstDelayed != null && DeadlineHeap.deadline(firstDelayed) - next < 0) {
            next = DeadlineHeap.deadline(firstDelayed);
        }
        return next;
    }

    /** Calls the action with each task that the queue holds and its state, in no order. Allocates nothing. */
    void forEachLive(BiConsumer<LiveTask<T>, TaskState<T>> action) {
        leased.forEach(task -> action.accept(task, task.state));
        recoveredLeases.forEach(task -> action.accept(task, task.state));
        delayed.forEach(task -> action.accept(task, task.state));
        ownDelays.forEach(task -> action.accept(task, task.state));
        pending.forEach(task -> action.accept(task, task.state));
    }

    /** Calls the action with each state that a snapshot shows, in its order. */
    void forEachState(Consumer<TaskState<T>> action) {
        forEachByDeadline(leased, recoveredLeases, action);
        forEachByDeadline(delayed, ownDelays, action);
        pending.forEach(task -> action.accept(task.state));
        dead.forEach(task -> action.accept(task.state));
    }

    /** In the order in which {@link #earlier} would return them. */
    private static <T> void forEachByDeadline(
            TaskList<T> listed, DeadlineHeap<T> heaped, Consumer<TaskState<T>> action) {
        LiveTask<T> next = listed.first();
        for (LiveTask<T> task : heaped.inOrder()) {
            while (next != null && DeadlineHeap.isBefore(next, task)) {
                action.accept(next.state);
                next = next.later;
            }
            action.accept(task.state);
        }
        while (next != null) {
            action.accept(next.state);
            next = next.later;
        }
    }
}
