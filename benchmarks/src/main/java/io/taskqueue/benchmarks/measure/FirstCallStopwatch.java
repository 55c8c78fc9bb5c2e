package io.taskqueue.benchmarks.measure;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A stopwatch that starts with the first of many calls, whichever thread makes it, so that a start-up is not measured. */
public final class FirstCallStopwatch {

    private final AtomicReference<@Nullable Stopwatch> first = new AtomicReference<>();

    /** Called at the beginning of each call. */
    public void call() {
        // checked first, because creating a stopwatch reads two clocks
        if (first.get() == null) {
            first.compareAndSet(null, new Stopwatch());
        }
    }

    /**
     * The speed since the first call.
     *
     * @throws IllegalStateException if there was no call
     */
    public Stopwatch.Rate rate(long count) {
        Stopwatch watch = first.get();
        if (watch == null) {
            throw new IllegalStateException("There was no call, so there is no rate of " + count + " calls.");
        }
        return watch.rate(count);
    }
}
