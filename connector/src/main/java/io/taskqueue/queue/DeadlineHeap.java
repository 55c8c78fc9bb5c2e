package io.taskqueue.queue;

import io.taskqueue.queue.TaskState.Delayed;
import io.taskqueue.queue.TaskState.Leased;
import io.taskqueue.queue.TaskTable.LiveTask;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Recovered tasks that are leased or delayed, the one with the earliest deadline first: a binary heap, because their deadlines come in
 * any order, unlike those that the queue itself sets. To add and to remove takes O(log n).
 *
 * <p>Room is made before a task is added, which then cannot fail. Each task knows its place. Guarded by the queue's lock.
 */
final class DeadlineHeap<T> {

    private @Nullable LiveTask<T>[] tasks = newArray(0);
    private int size;

    int size() {
        return size;
    }

    /** Makes room for so many more tasks. */
    void makeRoom(int more) {
        if (tasks.length - size < more) {
            tasks = Arrays.copyOf(tasks, Math.addExact(size, more));
        }
    }

    boolean contains(LiveTask<T> task) {
        return task.heapIndex < size && tasks[task.heapIndex] == task;
    }

    /** Adds a task, for which there is room. */
    void add(LiveTask<T> task) {
        siftUp(size++, task);
    }

    void remove(LiveTask<T> task) {
        int hole = task.heapIndex;
        LiveTask<T> moved = at(--size);
        tasks[size] = null;
        if (moved != task) {
            siftDown(hole, moved);
            if (moved.heapIndex == hole) {
                siftUp(hole, moved);
            }
        }
        if (size == 0) {
            tasks = newArray(0);
        }
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

    private void siftUp(int from, LiveTask<T> task) {
        int index = from;
        while (index > 0) {
            int parent = (index - 1) / 2;
            if (!isBefore(task, at(parent))) {
                break;
            }
            put(index, at(parent));
            index = parent;
        }
        put(index, task);
    }

    private void siftDown(int from, LiveTask<T> task) {
        int index = from;
        while (2 * index + 1 < size) {
            int child = 2 * index + 1;
            if (child + 1 < size && isBefore(at(child + 1), at(child))) {
                child++;
            }
            if (!isBefore(at(child), task)) {
                break;
            }
            put(index, at(child));
            index = child;
        }
        put(index, task);
    }

    private static boolean isBefore(LiveTask<?> one, LiveTask<?> other) {
        return deadline(one) - deadline(other) < 0;
    }

    private void put(int index, LiveTask<T> task) {
        tasks[index] = task;
        task.heapIndex = index;
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
