package io.taskqueue.source.dead;

import io.taskqueue.logging.LogFields;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Executes the orders to retry dead tasks of all queues of a group, one queue after the other, on a thread that exists while there are some:
 * decoding a payload is the application's code, and reading records of dead tasks may take long. Thread-safe.
 */
public final class RetryExecutor {

    private static final long IDLE_SECONDS = 10;

    private final ThreadPoolExecutor executor;
    private final ScheduledExecutorService timer;

    /**
     * @param timer runs what is due after a time; nothing that blocks
     * @param threads creates the thread
     */
    public RetryExecutor(ScheduledExecutorService timer, ThreadFactory threads) {
        this.timer = timer;
        this.executor =
                new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
        executor.allowCoreThreadTimeOut(true);
    }

    /** Has the orders of a queue executed, unless that is about to happen. Never waits. */
    public void submit(DeadTaskRetries<?> retries) {
        if (!retries.becomesDue()) {
            return;
        }
        try {
            executor.execute(LogFields.ofQueue(retries.queueName()).around(() -> run(retries)));
        } catch (RejectedExecutionException e) {
            return; // the group has ended; orders that are left are for the next owner
        }
    }

    private void run(DeadTaskRetries<?> retries) {
        retries.run().ifPresent(backoff -> retryAfter(backoff, retries));
    }

    private void retryAfter(Duration backoff, DeadTaskRetries<?> retries) {
        try {
            var unused = timer.schedule(() -> submit(retries), backoff.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            return; // as above
        }
    }

    /** Executes no more orders. */
    public void close() {
        executor.shutdownNow();
    }
}
