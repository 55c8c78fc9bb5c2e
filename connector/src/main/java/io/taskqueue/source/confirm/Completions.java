package io.taskqueue.source.confirm;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
    private final Queue<Batch<?>> left = new ConcurrentLinkedQueue<>();
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
        if (!waiting.isEmpty()) {
            left.add(new Batch<>(waiting, completion));
            handOver();
        }
    }

    /** What one call handed over; each of its futures is taken once. */
    private static final class Batch<W> {

        private final List<W> all;
        private final Consumer<W> completion;
        private final AtomicInteger next = new AtomicInteger();

        Batch(List<W> all, Consumer<W> completion) {
            this.all = all;
            this.completion = completion;
        }

        /** The number of the next one; as many as there are, if each was taken. */
        int take() {
            return Math.min(next.getAndIncrement(), all.size());
        }

        /** Whether there are further ones behind this number. */
        boolean isFollowed(int number) {
            return number + 1 < all.size();
        }

        void complete(int number) {
            if (number < all.size()) {
                completion.accept(all.get(number));
            }
        }
    }

    private void handOver() {
        if (!left.isEmpty() && !handedOver.get() && handedOver.compareAndSet(false, true)) {
            try {
                pool.execute(this::complete);
            } catch (RejectedExecutionException | OutOfMemoryError e) {
                handedOver.set(false);
                while (completeNext()) {} // no thread for it
            }
        }
    }

    private void complete() {
        handedOver.set(false);
        while (completeNext()) {}
    }

    /** Completes the next future; returns false if there is none. */
    private boolean completeNext() {
        Batch<?> batch = left.peek();
        if (batch == null) {
            return false;
        }
        int number = batch.take();
        if (!batch.isFollowed(number)) {
            left.remove(batch);
        }
        handOver(); // to a successor, before an action of the user may wait for one of the others
        batch.complete(number);
        return true;
    }

    /** Completes what was handed over, and ends the threads. */
    public void shutdown() {
        pool.shutdown();
    }
}
