package io.taskqueue.queue;

import io.taskqueue.event.TaskEvent;

/**
 * Receives every event of a queue, in order.
 *
 * <p>It is called inside the queue's lock, on the thread that made the change, or on one for the close of the queue with its source: it must return quickly, must not block and must not
 * call the queue, which refuses that with an {@link IllegalStateException}. What it throws is counted and logged, and has no
 * effect on the queue, its callers or other listeners.
 *
 * @param <T> the payload's type
 */
@FunctionalInterface
public interface QueueListener<T> {

    void onEvent(TaskEvent<T> event);

    /** The registration of a listener that was added with {@link TaskQueue#addListener}, or of an action of {@link Ticker#onMoved}. */
    interface Registration extends AutoCloseable {

        /**
         * Removes the listener. Takes no lock, so any thread may call it, the listener too; the listener may still be in its
         * last call. A second call does nothing.
         */
        @Override
        void close();
    }
}
