package io.taskqueue.queue;

import io.taskqueue.queue.TaskState.Delayed;
import io.taskqueue.queue.TaskState.Leased;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tasks with a recovered lease, or with a delay of their own, the one with the earliest deadline first: a binary heap, because their
 * deadlines come in any order, unlike those that the queue's settings result in. Of two with the same deadline, the one comes first that
 * changed first. To add one and to remove the first takes O(log n); no other is removed, because nobody in this process holds such a lease.
 *
 * <p>Room is made before a task is added, which then cannot fail; the memory is kept until the heap is empty and room is made again. Guarded
 * by the queue's lock.
 */
final class DeadlineHeap<T> {

    /** For how many tasks the memory is kept also while the heap is empty. */
    private static final int KEPT = 64;

    private @Nullable LiveTask<T>[] tasks = newArray(0);
    private int size;

    int size() {
        return size;
    }

    /** Makes room for so many more tasks. */
    void makeRoom(int more) {
        if (size == 0 && tasks.length > Math.max(more, KEPT)) {
            tasks = newArray(more);
        } else if (tasks.length - size < more) {
            tasks = Arrays.copyOf(tasks, Math.max(Math.addExact(size, more), size + size / 2));
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

    /** All tasks, the one with the earliest deadline first. */
    List<LiveTask<T>> inOrder() {
        List<LiveTask<T>> ordered = new ArrayList<>(size);
        forEach(ordered::add);
        ordered.sort((one, other) -> one == other ? 0 : isBefore(one, other) ? -1 : 1);
        return ordered;
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

    /** Whether a deadline comes first. */
    static boolean isBefore(LiveTask<?> one, LiveTask<?> other) {
        long sooner = deadline(one) - deadline(other);
        return sooner == 0 ? one.lastChange < other.lastChange : sooner < 0;
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
