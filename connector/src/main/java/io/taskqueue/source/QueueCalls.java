package io.taskqueue.source;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls of a queue by what its group shares. They wait for the lock of the queue, which a listener of the application may hold for long, or call
 * that listener: so they run here, and none of the threads that serve all queues waits for one of them.
 *
 * <p>A thread exists while there are calls. While {@value #THREADS} queues block theirs, the calls of other queues wait. Thread-safe.
 */
final class QueueCalls {

    private static final Logger LOG = LoggerFactory.getLogger(QueueCalls.class);

    static final int THREADS = 16;

    private static final long IDLE_SECONDS = 10;

    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> GroupThreads.daemon("queue-calls", task));

    QueueCalls() {
        executor.allowCoreThreadTimeOut(true);
    }

    /** Runs the call on a thread for that, and logs what it throws; on the calling one if there is none, because the group has ended or the process has no further thread. */
    void run(Runnable call) {
        try {
            executor.execute(() -> runSafely(call));
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            runSafely(call);
        }
    }

    private static void runSafely(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            LOG.error("A call of a queue by its source failed.", e);
        }
    }

    /** Ends the threads once what was added has run. */
    void shutdown() {
        executor.shutdown();
    }
}
