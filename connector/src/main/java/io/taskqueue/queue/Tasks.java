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
 * Where the tasks of a queue are, by their state. A task's state changes here and nowhere else, together with its place and
 * with the wake-up of whoever waits for that. Guarded by the queue's lock.
 */
final class Tasks<T> {

    private final QueueMonitor monitor;
    private final int capacity;
    private final long sweepNanos;
    private final Deque<LiveTask<T>> pending = new ArrayDeque<>();
    private final DeadlineQueue<T> leased = new DeadlineQueue<>();
    private final DeadlineQueue<T> delayed = new DeadlineQueue<>();
    private final Deque<Dead<T>> dead = new ArrayDeque<>();

    Tasks(QueueSettings settings, QueueMonitor monitor) {
        this.monitor = monitor;
        this.capacity = settings.capacity();
        this.sweepNanos = settings.times().sweepInterval().toNanos();
    }

    boolean hasRoom() {
        return pending.size() + delayed.size() < capacity;
    }

    boolean hasPending() {
        return !pending.isEmpty();
    }

    int pending() {
        return pending.size();
    }

    int leased() {
        return leased.size();
    }

    int delayed() {
        return delayed.size();
    }

    void toPending(LiveTask<T> task, Pending<T> state) {
        task.state = state;
        pending.add(task);
        monitor.work.signal();
    }

    void toLeased(LiveTask<T> task, Leased<T> state) {
        task.state = state;
        leased.addLast(task);
        monitor.sweepBy(Math.max(state.deadline(), state.renewedAt() + sweepNanos));
    }

    void toDelayed(LiveTask<T> task, Delayed<T> state) {
        task.state = state;
        delayed.addLast(task);
        monitor.sweepBy(state.due());
    }

    void toDead(LiveTask<T> task, Dead<T> state) {
        task.state = state;
        if (dead.size() == QueueSnapshot.DEAD_KEPT) {
            dead.remove();
        }
        dead.add(state);
    }

    /** Takes out the task that has been pending longest, if there is one. */
    @Nullable
    LiveTask<T> pollPending() {
        LiveTask<T> task = pending.poll();
        if (task != null && hasRoom()) {
            monitor.room.signal();
        }
        return task;
    }

    void removeLeased(LiveTask<T> task) {
        leased.remove(task);
        if (leased.size() == 0) {
            monitor.quiet.signalAll();
        }
    }

    void removeDelayed(LiveTask<T> task) {
        delayed.remove(task);
    }

    /** The leased task whose deadline comes first. */
    @Nullable
    LiveTask<T> firstLeased() {
        return leased.first();
    }

    /** The delayed task that is due first. */
    @Nullable
    LiveTask<T> firstDelayed() {
        return delayed.first();
    }

    /** Each task that the queue holds, with its state: leased, delayed, pending. */
    void forEachLive(BiConsumer<LiveTask<T>, TaskState<T>> action) {
        leased.forEach(task -> action.accept(task, task.state));
        delayed.forEach(task -> action.accept(task, task.state));
        pending.forEach(task -> action.accept(task, task.state));
    }

    /** Each state that a snapshot shows: leased, delayed, pending, and the dead that are remembered. */
    void forEachState(Consumer<TaskState<T>> action) {
        forEachLive((task, state) -> action.accept(state));
        dead.forEach(action);
    }
}
