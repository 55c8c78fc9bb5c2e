package io.taskqueue.queue;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tasks in the order of their deadlines, each operation in constant time.
 *
 * <p>All deadlines of one queue lie the same duration ahead of the moment they are set, and time does not go back; so the
 * last one set is the latest, and a linked list is ordered by itself.
 */
final class DeadlineQueue<T> {

    private @Nullable LiveTask<T> first;
    private @Nullable LiveTask<T> last;
    private int size;

    int size() {
        return size;
    }

    @Nullable
    LiveTask<T> first() {
        return first;
    }

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
