package io.taskqueue.queue;

import io.taskqueue.queue.TaskState.Delayed;
import io.taskqueue.queue.TaskState.Leased;
import io.taskqueue.queue.TaskTable.LiveTask;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Recovered tasks that are leased or delayed, the one with the earliest deadline first: a binary heap, because their deadlines come in
 * any order, unlike those that the queue itself sets. To add one and to remove the first takes O(log n); no other is removed, because
 * nobody in this process holds such a lease.
 *
 * <p>Room is made before a task is added, which then cannot fail; the memory is kept until the heap is empty and room is made again. Guarded
 * by the queue's lock.
 */
final class DeadlineHeap<T> {

    private @Nullable LiveTask<T>[] tasks = newArray(0);
    private int size;

    int size() {
        return size;
    }

    /** Makes room for so many more tasks. */
    void makeRoom(int more) {
        if (tasks.length - size < more || size == 0) {
            tasks = Arrays.copyOf(tasks, Math.addExact(size, more));
        }
    }

    /** Adds a task, for which there is room. */
    void add(LiveTask<T> task) {
        int index = size++;
        while (index > 0 && isBefore(task, at((index - 1) / 2))) {
            tasks[index] = at((index - 1) / 2);
            index = (index - 1) / 2;
        }
        tasks[index] = task;
    }

    void removeFirst() {
        LiveTask<T> moved = at(--size);
        int index = 0;
        while (2 * index + 1 < size) {
            int child = 2 * index + 1;
            if (child + 1 < size && isBefore(at(child + 1), at(child))) {
                child++;
            }
            if (!isBefore(at(child), moved)) {
                break;
            }
            tasks[index] = at(child);
            index = child;
        }
        tasks[index] = moved;
        tasks[size] = null;
    }

    /** The task whose deadline comes first. */
    @Nullable
    LiveTask<T> first() {
        return size == 0 ? null : tasks[0];
    }

    /** In no order. */
    void forEach(Consumer<LiveTask<T>> action) {
        for (int i = 0; i < size; i++) {
            action.accept(at(i));
        }
    }

    /** When the lease of a task expires, or its delay ends, by the ticker. */
    static long deadline(LiveTask<?> task) {
        if (task.state instanceof Leased<?> leased) {
            return leased.deadline();
        }
        return ((Delayed<?>) task.state).due();
    }

    private static boolean isBefore(LiveTask<?> one, LiveTask<?> other) {
        return deadline(one) - deadline(other) < 0;
    }

    private LiveTask<T> at(int index) {
        LiveTask<T> task = tasks[index];
        if (task == null) {
            throw new IllegalStateException("The heap has no task at " + index + ". This is a defect.");
        }
        return task;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type; only this class stores into it
    private static <T> @Nullable LiveTask<T>[] newArray(int length) {
        return new LiveTask[length];
    }
}
