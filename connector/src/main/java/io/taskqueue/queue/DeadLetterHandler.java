package io.taskqueue.queue;

import io.taskqueue.event.TaskEvent;

/**
 * Receives the tasks that get no further attempt.
 *
 * <p>Called once for each dead task, after its event, one at a time and in order, on a thread of its own and outside the
 * queue's lock: it may block, and it may call the queue. What it throws is counted and logged; it is not called again for that
 * task.
 *
 * @param <T> the payload's type
 */
@FunctionalInterface
public interface DeadLetterHandler<T> {

    /** @param event of kind {@link io.taskqueue.event.EventKind#DEAD_LETTERED} */
    void handle(TaskEvent<T> event) throws Exception;
}
