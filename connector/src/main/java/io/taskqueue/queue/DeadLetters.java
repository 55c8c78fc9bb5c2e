package io.taskqueue.queue;

import io.taskqueue.event.TaskEvent;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Hands dead tasks to the dead-letter handler, in order, on a thread that exists while there are some. Thread-safe. */
final class DeadLetters<T> {

    private static final Logger LOG = System.getLogger(TaskQueue.class.getName());

    private final String queue;
    private final @Nullable DeadLetterHandler<T> handler;
    private final AtomicLong failures = new AtomicLong();
    private final ThreadPoolExecutor thread;

    DeadLetters(String queue, @Nullable DeadLetterHandler<T> handler) {
        this.queue = queue;
        this.handler = handler;
        this.thread = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread made = new Thread(task, "taskqueue-dead-letters-" + queue);
            made.setDaemon(true);
            return made;
        });
        thread.allowCoreThreadTimeOut(true);
    }

    /** Takes a dead task. Never blocks, so it may be called inside the lock. */
    void add(TaskEvent<T> event) {
        DeadLetterHandler<T> target = handler;
        if (target != null) {
            thread.execute(() -> handle(target, event));
        }
    }

    long failures() {
        return failures.get();
    }

    /** Waits until the handler is through, no longer than told. */
    void close(long limitNanos) {
        thread.shutdown();
        boolean through = false;
        try {
            through = thread.awaitTermination(limitNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!through) {
            LOG.log(
                    Level.WARNING,
                    "Queue {0} was closed while its dead-letter handler was busy; {1} more dead tasks wait for it and are "
                            + "handled as long as this process lives.",
                    queue,
                    thread.getQueue().size());
        }
    }

    private void handle(DeadLetterHandler<T> target, TaskEvent<T> event) {
        try {
            target.handle(event);
        } catch (Throwable e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            long count = failures.incrementAndGet();
            if (Failures.worthLogging(count)) {
                LOG.log(
                        Level.WARNING,
                        "The dead-letter handler of queue " + queue + " failed on " + event + " (its failure " + count
                                + "); it is not called again for this task.",
                        e);
            }
        }
    }
}
