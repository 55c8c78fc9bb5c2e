package io.taskqueue.streams.execution;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads that apply events, up to a number at a time: virtual ones from Java 24 on, a pool of platform threads before. A delay between attempts holds none of them. Work that {@link #pause pauses} does not count, and the pool has more threads
 * meanwhile, up to a bound. Thread-safe.
 */
public final class WorkerThreads implements AutoCloseable {

    /** The bound of the threads of a pool, for each piece of work that may run at a time; beyond it, a pause holds up other work. */
    private static final int THREADS_EACH = 8;

    /** The Java in which a virtual thread that waits for a monitor, or in one, holds no platform thread. */
    private static final int FIRST_WITHOUT_PINNING = 24;

    /** How long threads are kept that have nothing to do. */
    private static final Duration KEPT = Duration.ofMinutes(1);

    private final Turns turns;
    private final int concurrency;
    private final @Nullable ThreadPoolExecutor pool;
    private final WorkQueue workers;
    private final Runnable end;
    private final ScheduledExecutorService timer;
    private final ThreadGuard failures;

    /**
     * @param light virtual threads, or null for a pool of platform threads
     * @param failures learns of what work throws
     */
    public WorkerThreads(String sink, int concurrency, @Nullable ExecutorService light, ThreadGuard failures) {
        this.failures = failures;
        this.concurrency = concurrency;
        this.turns = new Turns(concurrency);
        Executor executor;
        if (light == null) {
            ThreadPoolExecutor created = new ThreadPoolExecutor(
                    concurrency,
                    concurrency * THREADS_EACH,
                    KEPT.toMillis(),
                    TimeUnit.MILLISECONDS,
                    new LinkedBlockingQueue<>(), // at most one waits in it
                    named(sink + "-worker-"));
            created.allowCoreThreadTimeOut(true);
            this.pool = created;
            executor = created;
            this.end = created::shutdownNow;
        } else {
            this.pool = null;
            executor = light;
            this.end = light::shutdownNow;
        }
        this.workers = new WorkQueue(unlessClosed(executor), () -> concurrency + turns.paused());
        this.timer = Executors.newSingleThreadScheduledExecutor(named(sink + "-retry-"));
    }

    /** Runs soon; not at all after the threads were closed. */
    void execute(Runnable work) {
        Runnable guarded = failures.guarded(work);
        workers.execute(() -> turns.run(guarded));
    }

    /** What is in flight is in the store. */
    private static Executor unlessClosed(Executor executor) {
        return work -> {
            try {
                executor.execute(work);
            } catch (RejectedExecutionException closed) {
                return;
            }
        };
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

    /**
     * Lets other work run in place of that of the current thread, which then waits for the end of the pause. On a thread that is none of
     * these, nothing else runs.
     */
    public Pause pause() {
        Pause pause = turns.pause();
        ThreadPoolExecutor threads = pool;
        if (threads != null) {
            int needed = Math.min(concurrency + turns.paused(), threads.getMaximumPoolSize());
            if (needed > threads.getCorePoolSize()) {
                grow(threads, needed);
            }
        }
        workers.proceed();
        return pause;
    }

    private static synchronized void grow(ThreadPoolExecutor threads, int needed) {
        if (needed > threads.getCorePoolSize()) {
            threads.setCorePoolSize(needed);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        workers.close();
        end.run();
    }

    /**
     * Virtual threads, or null where the JVM has none, or where one that waits in {@code synchronized} holds one of the few threads that
     * carry all of them: before Java 24 (JEP 491), as many effects as there are processors could stop a sink.
     */
    public static @Nullable ExecutorService virtualThreads() {
        if (Runtime.version().feature() < FIRST_WITHOUT_PINNING) {
            return null;
        }
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
