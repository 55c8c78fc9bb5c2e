package io.taskqueue.queue;

import io.taskqueue.event.TaskEvent;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Passes dead tasks to the dead-letter handlers, in order, on a thread that exists while there are some. At most a capacity of them
 * wait; one for which there is no room is not passed on, which counts as a failure. Thread-safe.
 */
final class DeadLetters<T> {

    private static final Logger LOG = System.getLogger(DeadLetters.class.getName());

    private final String queue;
    private final int capacity;
    private final List<DeadLetterHandler<T>> handlers;
    private final CallbackFailures failures;
    private final CallbackFailures skipped;
    private final ThreadPoolExecutor executor;
    private volatile @Nullable Thread thread;

    DeadLetters(String queue, QueueSettings.Callbacks<T> callbacks) {
        this.queue = queue;
        this.capacity = callbacks.deadLetterCapacity();
        this.handlers = callbacks.deadLetterHandlers();
        this.failures =
                new CallbackFailures("A dead-letter handler of queue " + queue, "it is not called again for this task");
        this.skipped = new CallbackFailures(
                "Passing dead tasks of queue " + queue + " to their handler",
                "it is not called for this task, whose event is emitted all the same");
        this.executor =
                new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(capacity), task -> {
                    Thread daemon = new Thread(task, "taskqueue-dead-letters-" + queue);
                    daemon.setDaemon(true);
                    thread = daemon;
                    return daemon;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    /** Queues the event of a dead task. Never blocks and never throws, so it may be called inside the lock. */
    void add(TaskEvent<T> event) {
        if (handlers.isEmpty()) {
            return;
        }
        try {
            executor.execute(() -> handle(event));
        } catch (RejectedExecutionException e) {
            skipped.add(event, full(e));
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
        executor.shutdown();
        if (Thread.currentThread() == thread) {
            return;
        }
        boolean finished = false;
        try {
            finished = executor.awaitTermination(limitNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!finished) {
            LOG.log(
                    Level.WARNING,
                    "Queue {0} was closed while its dead-letter handler was running; {1} more dead tasks wait for it, and are "
                            + "lost if this process ends before. Raise closeGrace, or make the handler faster.",
                    queue,
                    executor.getQueue().size());
        }
    }

    private RuntimeException full(RejectedExecutionException cause) {
        return new IllegalStateException(
                capacity + " dead tasks of queue " + queue
                        + " wait for their handler, and no more may wait. Make the handler "
                        + "faster, raise deadLetterCapacity, or handle the DeadLettered events in a sink.",
                cause);
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
