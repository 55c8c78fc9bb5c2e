package io.taskqueue.queue.background;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The daemon threads of the queues of this process. A thread starts when there is something to do, and ends when it had nothing to do
 * for {@value #IDLE_SECONDS} seconds, except for one that waits for the next sweep.
 */
final class SharedThreads {

    /** A sweep that blocks, in a listener of the user, takes one of them from the other queues. */
    static final int SWEEPERS = 4;

    /** A handler of dead tasks may take long: so many queues are handled at a time. */
    static final int HANDLERS = 16;

    private static final int IDLE_SECONDS = 10;

    static final ScheduledThreadPoolExecutor SWEEPS = sweeps();
    static final ThreadPoolExecutor CALLS = calls();

    private SharedThreads() {}

    private static ScheduledThreadPoolExecutor sweeps() {
        ScheduledThreadPoolExecutor sweeps = new ScheduledThreadPoolExecutor(SWEEPERS, named("taskqueue-sweeper-"));
        sweeps.setRemoveOnCancelPolicy(true);
        sweeps.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        sweeps.allowCoreThreadTimeOut(true);
        return sweeps;
    }

    private static ThreadPoolExecutor calls() {
        ThreadPoolExecutor calls = new ThreadPoolExecutor(
                HANDLERS,
                HANDLERS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                named("taskqueue-dead-letters-"));
        calls.allowCoreThreadTimeOut(true);
        return calls;
    }

    private static ThreadFactory named(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            thread.setContextClassLoader(null); // the thread outlives the queue that starts it
            return thread;
        };
    }

    /** The action with the context class loader of the caller, which is that of the queue. */
    static Runnable inContext(Runnable action) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        return () -> {
            Thread.currentThread().setContextClassLoader(loader);
            try {
                action.run();
            } finally {
                Thread.currentThread().setContextClassLoader(null);
            }
        };
    }
}
