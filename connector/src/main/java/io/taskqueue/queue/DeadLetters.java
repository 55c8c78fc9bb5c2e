package io.taskqueue.queue;

import io.taskqueue.event.TaskEvent;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Passes dead tasks to the dead-letter handler, in order, on a thread that exists while there are some. Thread-safe. */
final class DeadLetters<T> {

    private static final Logger LOG = System.getLogger(DeadLetters.class.getName());

    private final String queue;
    private final @Nullable DeadLetterHandler<T> handler;
    private final AtomicLong failures = new AtomicLong();
    private final ThreadPoolExecutor thread;

    DeadLetters(String queue, @Nullable DeadLetterHandler<T> handler) {
        this.queue = queue;
        this.handler = handler;
        this.thread = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread daemon = new Thread(task, "taskqueue-dead-letters-" + queue);
            daemon.setDaemon(true);
            return daemon;
        });
        thread.allowCoreThreadTimeOut(true);
    }

    /** Queues the event of a dead task. Never blocks, so it may be called inside the lock. */
    void add(TaskEvent<T> event) {
        DeadLetterHandler<T> target = handler;
        if (target != null) {
            thread.execute(() -> handle(target, event));
        }
    }

    long failures() {
        return failures.get();
    }

    /** Accepts no more tasks and waits until the handler has finished, within the limit. */
    void close(long limitNanos) {
        thread.shutdown();
        boolean finished = false;
        try {
            finished = thread.awaitTermination(limitNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!finished) {
            LOG.log(
                    Level.WARNING,
                    "Queue {0} was closed while its dead-letter handler was running; {1} more dead tasks wait for it, and are "
                            + "lost if this process ends before. Raise closeGrace, or make the handler faster.",
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
            if (Long.bitCount(count) == 1) { // the 1st, 2nd, 4th, 8th …: the log has a bound
                LOG.log(
                        Level.WARNING,
                        "The dead-letter handler of queue " + queue + " failed on " + event + " (its failure " + count
                                + "); it is not called again for this task.",
                        e);
            }
        }
    }
}
