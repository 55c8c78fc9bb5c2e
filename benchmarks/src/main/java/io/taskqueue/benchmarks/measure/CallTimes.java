package io.taskqueue.benchmarks.measure;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** Calls that only take time, and how long they took on average: longer than that where a CPU is busy. Thread-safe. */
public final class CallTimes {

    private static final double NANOS_A_MILLISECOND = 1e6;

    private final LongAdder nanos = new LongAdder();
    private final LongAdder calls = new LongAdder();

    /** A call: returns after a time. */
    public void call(Duration time) throws InterruptedException {
        long begun = System.nanoTime();
        Stopwatch.pause(time);
        nanos.add(System.nanoTime() - begun);
        calls.increment();
    }

    /** How long a call took on average, in milliseconds; 0 if there was none. */
    public double meanMillis() {
        return nanos.sum() / NANOS_A_MILLISECOND / Math.max(1, calls.sum());
    }
}
