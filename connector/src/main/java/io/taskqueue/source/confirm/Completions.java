package io.taskqueue.source.confirm;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Completes futures on a thread for that, in their order: what depends on them is the user's code, which may block, or close a source.
 *
 * <p>The thread starts when it is needed; further ones do while an action waits for another future. A batch of futures is one hand-over: the task
 * that completes them has a successor in the pool, which takes over if one of the actions waits. Thread-safe.
 */
public final class Completions {

    private static final int MOST_THREADS = 64;
    private static final long IDLE_SECONDS = 10;

    private final ForkJoinPool pool;
    private final Queue<Runnable> left = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean handedOver = new AtomicBoolean();

    public Completions() {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        pool = new ForkJoinPool(
                1,
                from -> {
                    ForkJoinWorkerThread thread = ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(from);
                    thread.setName("taskqueue-replicated");
                    thread.setContextClassLoader(loader);
                    return thread;
                },
                null,
                true,
                0,
                MOST_THREADS,
                1,
                null,
                IDLE_SECONDS,
                TimeUnit.SECONDS);
    }

    <W> void run(List<W> waiting, Consumer<W> completion) {
        waiting.forEach(one -> left.add(() -> completion.accept(one)));
        handOver();
    }

    private void handOver() {
        if (!left.isEmpty() && handedOver.compareAndSet(false, true)) {
            try {
                pool.execute(this::complete);
            } catch (RejectedExecutionException | OutOfMemoryError e) {
                handedOver.set(false);
                left.forEach(unused -> completeNext()); // no thread for it
            }
        }
    }

    private void completeNext() {
        Runnable next = left.poll();
        if (next != null) {
            next.run();
        }
    }

    private void complete() {
        handedOver.set(false);
        for (Runnable next = left.poll(); next != null; next = left.poll()) {
            handOver(); // to a successor, before an action of the user may wait for one of the others
            next.run();
        }
    }

    /** Completes what was handed over, and ends the threads. */
    public void shutdown() {
        pool.shutdown();
    }
}
