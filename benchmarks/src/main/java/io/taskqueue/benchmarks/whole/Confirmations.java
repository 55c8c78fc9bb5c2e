package io.taskqueue.benchmarks.whole;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The confirmations of a round: one for each task. At most {@value #MOST_WAITING} wait at a time. */
public final class Confirmations {

    /** As many as a busy service has requests under way, and less than a source allows. */
    private static final int MOST_WAITING = 10_000;

    private final Semaphore free = new Semaphore(MOST_WAITING);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** Waits while too many confirmations are under way. */
    public void admit() throws InterruptedException {
        free.acquire();
    }

    /** Expects one more confirmation. */
    public void add(CompletableFuture<?> confirmation) {
        var unused = confirmation.whenComplete((position, error) -> end(error));
    }

    /** Ends one that was admitted: without an error, it is confirmed. */
    public void end(@Nullable Throwable error) {
        if (error != null) {
            failure.compareAndSet(null, error);
        }
        free.release();
    }

    /** Waits for all of them. */
    public void await(Duration timeout) throws InterruptedException {
        if (!free.tryAcquire(MOST_WAITING, timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new IllegalStateException("Not every enqueue was confirmed within " + timeout + ".");
        }
        Throwable failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("An enqueue was not confirmed.", failed);
        }
    }
}
