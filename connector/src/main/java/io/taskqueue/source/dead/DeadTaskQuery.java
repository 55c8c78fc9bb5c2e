package io.taskqueue.source.dead;

import io.taskqueue.event.TaskId;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Which dead tasks are read.
 *
 * @param tasks selects tasks by their identity, before their events are decoded
 * @param filter selects among those by anything else
 * @param fromOffset the offset from which on the events may lie that made the tasks dead
 * @param limit how many tasks are returned at most, from 1 to {@value #MAX_LIMIT}
 */
public record DeadTaskQuery(Predicate<TaskId> tasks, Predicate<DeadTask> filter, long fromOffset, int limit) {

    /** The most tasks that one query returns. */
    public static final int MAX_LIMIT = 10_000;

    /** @throws IllegalArgumentException if the limit is out of range, or the offset negative */
    public DeadTaskQuery {
        Objects.requireNonNull(tasks, "tasks");
        Objects.requireNonNull(filter, "filter");
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit is " + limit + ". Set it to 1 to " + MAX_LIMIT
                    + ", and read further tasks from the offset that the page states.");
        }
        if (fromOffset < 0) {
            throw new IllegalArgumentException("fromOffset is " + fromOffset + ". Offsets begin at 0.");
        }
    }

    /** The first dead tasks, by when they became dead. */
    public static DeadTaskQuery first(int limit) {
        return new DeadTaskQuery(task -> true, task -> true, 0, limit);
    }
}
