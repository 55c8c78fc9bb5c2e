package io.taskqueue.streams.execution;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads that apply events, up to a number at a time: virtual ones where the JVM has them, a pool of platform threads
 * otherwise. A delay between attempts holds none of them. Thread-safe.
 */
public final class WorkerThreads implements AutoCloseable {

    private final Executor workers;
    private final Runnable end;
    private final ScheduledExecutorService timer;
    private final ThreadGuard failures;

    /**
     * @param light virtual threads, or null for a pool of platform threads
     * @param failures learns of what work throws
     */
    public WorkerThreads(String sink, int concurrency, @Nullable ExecutorService light, ThreadGuard failures) {
        this.failures = failures;
        if (light == null) {
            ExecutorService pool = Executors.newFixedThreadPool(concurrency, named(sink + "-worker-"));
            this.workers = pool;
            this.end = pool::shutdownNow;
        } else {
            Semaphore permits = new Semaphore(concurrency);
            this.workers = work -> light.execute(() -> permitted(permits, work));
            this.end = light::shutdownNow;
        }
        this.timer = Executors.newSingleThreadScheduledExecutor(named(sink + "-retry-"));
    }

    /** Runs soon; not at all after the threads were closed. */
    void execute(Runnable work) {
        try {
            workers.execute(failures.guarded(work));
        } catch (RejectedExecutionException closed) {
            return; // what is in flight is in the store
        }
    }

    /** Runs after a delay; not at all after the threads were closed. */
    public void executeAfter(Duration delay, Runnable work) {
        try {
            Future<?> unused =
                    timer.schedule(failures.guarded(() -> execute(work)), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            return; // what is in flight is in the store
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        end.run();
    }

    private static void permitted(Semaphore permits, Runnable work) {
        permits.acquireUninterruptibly();
        try {
            work.run();
        } finally {
            permits.release();
        }
    }

    /** Virtual threads, or null where the JVM has none. */
    public static @Nullable ExecutorService virtualThreads() {
        try {
            Method factory = Executors.class.getMethod("newVirtualThreadPerTaskExecutor");
            return (ExecutorService) factory.invoke(null);
        } catch (ReflectiveOperationException none) {
            return null;
        }
    }

    private static ThreadFactory named(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(work, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
