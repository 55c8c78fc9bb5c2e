package io.taskqueue.queue;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The pending tasks of a queue, and which of them is leased next: of the highest priority, the one that has been pending longest; but after
 * {@link TaskQueue#MAX_PASSED_OVER} leases in a row of other tasks, the one that has been pending longest of all. Each operation takes
 * constant time, but for {@link #forEach}. Guarded by the queue's lock.
 */
final class PendingTasks<T> {

    private final TaskList<T> high = new TaskList<>();
    private final TaskList<T> normal = new TaskList<>();
    private final TaskList<T> low = new TaskList<>();

    /** How many leases in a row were not of the task that had been pending longest. */
    private int passedOver;

    int size() {
        return high.size() + normal.size() + low.size();
    }

    /** Adds a task whose latest event made it pending. */
    void addLast(LiveTask<T> task) {
        task.pendingSince = task.lastChange;
        list(task).addLast(task);
    }

    void remove(LiveTask<T> task) {
        list(task).remove(task);
    }

    /** The task that is leased next. */
    @Nullable
    LiveTask<T> next() {
        if (passedOver >= TaskQueue.MAX_PASSED_OVER) {
            return oldest();
        }
        LiveTask<T> next = high.first() == null ? normal.first() : high.first();
        return next == null ? low.first() : next;
    }

    /** The task that has been pending longest. */
    @Nullable
    LiveTask<T> oldest() {
        return older(high.first(), older(normal.first(), low.first()));
    }

    /** Counts the lease of a pending task, which is removed after this. */
    void countLease(LiveTask<T> task) {
        passedOver = task == oldest() ? 0 : passedOver + 1;
    }

    /** Calls the action with each task, in the order in which they became pending. */
    void forEach(Consumer<LiveTask<T>> action) {
        LiveTask<T> nextHigh = high.first();
        LiveTask<T> nextNormal = normal.first();
        LiveTask<T> nextLow = low.first();
        LiveTask<T> next;
        while ((next = older(nextHigh, older(nextNormal, nextLow))) != null) {
            action.accept(next);
            if (next == nextHigh) {
                nextHigh = next.later;
            } else if (next == nextNormal) {
                nextNormal = next.later;
            } else {
                nextLow = next.later;
            }
        }
    }

    private TaskList<T> list(LiveTask<T> task) {
        return switch (task.state.task().priority()) {
            case HIGH -> high;
            case NORMAL -> normal;
            case LOW -> low;
        };
    }

    /** The one that became pending first. */
    private static <T> @Nullable LiveTask<T> older(@Nullable LiveTask<T> one, @Nullable LiveTask<T> other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.pendingSince < other.pendingSince ? one : other;
    }
}
