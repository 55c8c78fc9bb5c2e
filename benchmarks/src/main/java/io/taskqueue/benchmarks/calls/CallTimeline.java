package io.taskqueue.benchmarks.calls;

import io.taskqueue.benchmarks.measure.Stopwatch;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How many calls a target received in each tenth of a second since the first one. Thread-safe. */
public final class CallTimeline {

    /** A quarter of an hour; what comes later is counted in the last one. */
    private static final int TENTHS = 9_000;

    private static final int TENTH_MILLIS = 100;

    private final AtomicReference<@Nullable Stopwatch> sinceFirst = new AtomicReference<>();
    private final CountDownLatch first = new CountDownLatch(1);
    private final AtomicIntegerArray calls = new AtomicIntegerArray(TENTHS);

    public void call() {
        Stopwatch watch = sinceFirst.get();
        if (watch == null) {
            sinceFirst.compareAndSet(null, new Stopwatch());
            first.countDown();
            calls.incrementAndGet(0);
            return;
        }
        calls.incrementAndGet((int) Math.min(TENTHS - 1, watch.elapsed().toMillis() / TENTH_MILLIS));
    }

    public void awaitFirst() throws InterruptedException {
        first.await();
    }

    /** The number of calls in each tenth of a second, up to the last one with a call, separated by commas. */
    @Override
    public String toString() {
        int last = TENTHS - 1;
        while (last > 0 && calls.get(last) == 0) {
            last--;
        }
        int[] counts = new int[last + 1];
        Arrays.setAll(counts, calls::get);
        return Arrays.stream(counts).mapToObj(String::valueOf).collect(Collectors.joining(","));
    }
}
