package io.taskqueue.queue;

import io.taskqueue.event.TaskEvent;

/**
 * Sees every event of a queue, in the order in which they happened.
 *
 * <p>It is called inside the queue's lock, on the thread that made the change: it must be quick, must not block and must not
 * call the queue, which refuses that with an {@link IllegalStateException}. What it throws is counted and logged, and changes
 * nothing for the queue, its callers or other listeners.
 *
 * @param <T> the payload's type
 */
@FunctionalInterface
public interface QueueListener<T> {

    void onEvent(TaskEvent<T> event);
}
