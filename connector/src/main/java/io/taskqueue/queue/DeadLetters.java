package io.taskqueue.queue;

import io.taskqueue.event.TaskEvent;
import io.taskqueue.queue.background.SerialCalls;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;

/**
 * Passes dead tasks to the dead-letter handlers, in order, on one of the threads that all queues share. At most a capacity of them
 * wait; one for which there is no room is not passed on, which counts as a failure. Thread-safe.
 */
final class DeadLetters<T> {

    private static final Logger LOG = System.getLogger(DeadLetters.class.getName());

    private final String queue;
    private final int capacity;
    private final List<DeadLetterHandler<T>> handlers;
    private final CallbackFailures failures;
    private final CallbackFailures skipped;
    private final SerialCalls calls;

    DeadLetters(String queue, QueueSettings.Callbacks<T> callbacks) {
        this.queue = queue;
        this.capacity = callbacks.deadLetterCapacity();
        this.handlers = callbacks.deadLetterHandlers();
        this.failures =
                new CallbackFailures("A dead-letter handler of queue " + queue, "it is not called again for this task");
        this.skipped = new CallbackFailures(
                "Passing dead tasks of queue " + queue + " to their handler",
                "it is not called for this task, whose event is emitted all the same");
        this.calls = new SerialCalls(capacity);
    }

    /** Queues the event of a dead task. Never blocks and never throws, so it may be called inside the lock. */
    void add(TaskEvent<T> event) {
        if (handlers.isEmpty()) {
            return;
        }
        try {
            if (!calls.add(() -> handle(event))) {
                skipped.add(event, full());
            }
        } catch (Throwable e) { // such as an error of a machine without a further thread
            skipped.add(event, e);
        }
    }

    long failures() {
        return failures.count() + skipped.count();
    }

    /**
     * Accepts no more tasks and waits until the handlers have finished, within the limit; a handler that closes its queue is not
     * waited for.
     */
    void close(long limitNanos) {
        if (!calls.close(limitNanos)) {
            LOG.log(
                    Level.WARNING,
                    "Queue {0} was closed while its dead-letter handler was running; {1} more dead tasks wait for it, and are "
                            + "lost if this process ends before. Raise closeGrace, or make the handler faster.",
                    queue,
                    calls.waiting());
        }
    }

    private RuntimeException full() {
        return new IllegalStateException(capacity + " dead tasks of queue " + queue
                + " wait for their handler, and no more may wait. Make the handler "
                + "faster, raise deadLetterCapacity, or handle the DeadLettered events in a sink.");
    }

    private void handle(TaskEvent<T> event) {
        for (DeadLetterHandler<T> handler : handlers) {
            try {
                handler.handle(event);
            } catch (Throwable e) {
                failures.add(event, e);
            } finally {
                var unused = Thread.interrupted(); // an interruption is not for the next handler
            }
        }
    }
}
