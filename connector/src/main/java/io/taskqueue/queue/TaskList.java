package io.taskqueue.queue;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tasks in the order in which they came, each operation in constant time.
 *
 * <p>For leased and delayed tasks this is the order of their deadlines too: all deadlines that a queue sets lie the same duration
 * ahead of the moment they are set, and the ticker does not go back; so the last one set is the latest.
 */
final class TaskList<T> {

    private @Nullable LiveTask<T> first;
    private @Nullable LiveTask<T> last;
    private int size;

    @Nullable
    LiveTask<T> first() {
        return first;
    }

    int size() {
        return size;
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
