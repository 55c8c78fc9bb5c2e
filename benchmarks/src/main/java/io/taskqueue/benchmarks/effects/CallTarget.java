package io.taskqueue.benchmarks.effects;

import io.taskqueue.benchmarks.measure.CallTimes;
import io.taskqueue.benchmarks.measure.FirstCallStopwatch;
import io.taskqueue.benchmarks.measure.Stopwatch;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The target of the calls. Each call takes a given time; afterwards the target verifies that there was exactly one for each
 * event and, if calls take time, that those of a task were made in order and never concurrently. Thread-safe.
 */
final class CallTarget {

    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private final Duration call;
    private final AtomicIntegerArray calls;
    private final CountDownLatch missing;
    private final FirstCallStopwatch watch = new FirstCallStopwatch();
    private final AtomicReference<@Nullable String> disorder = new AtomicReference<>();
    private final ConcurrentMap<Object, Integer> latest = new ConcurrentHashMap<>();
    private final Set<Object> running = ConcurrentHashMap.newKeySet();
    private final CallTimes times = new CallTimes();
    private final AtomicInteger concurrent = new AtomicInteger();
    private final AtomicInteger maxConcurrent = new AtomicInteger();

    CallTarget(Workload workload) {
        call = workload.call();
        calls = new AtomicIntegerArray(workload.events() + 1);
        missing = new CountDownLatch(workload.events());
    }

    /**
     * Handles a call.
     *
     * @param event the event's sequence, from 1
     * @param task the event's task
     */
    void call(int event, Object task) throws InterruptedException {
        begin();
        if (!call.isZero()) {
            occupy(event, task);
        }
        concurrent.decrementAndGet();
        if (calls.incrementAndGet(event) == 1) {
            missing.countDown();
        }
    }

    private void begin() {
        watch.call();
        int now = concurrent.incrementAndGet();
        if (now > maxConcurrent.get()) {
            maxConcurrent.accumulateAndGet(now, Math::max);
        }
    }

    private void occupy(int event, Object task) throws InterruptedException {
        Integer before = latest.put(task, event);
        if (before != null && before >= event) {
            disorder.compareAndSet(null, "event " + event + " of task " + task + " came after " + before);
        }
        if (!running.add(task)) {
            disorder.compareAndSet(
                    null, "two events of task " + task + " ran concurrently, one of them event " + event);
        }
        times.call(call);
        running.remove(task);
    }

    /** Waits until there was a call for each event. */
    void await() throws InterruptedException {
        if (!missing.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException(
                    missing.getCount() + " events had no call within " + TIMEOUT.toMinutes() + " minutes.");
        }
    }

    /** The speed since the first call. */
    Stopwatch.Rate rate() {
        return watch.rate(calls.length() - 1);
    }

    /** The maximum number of calls that were running at the same time. */
    int maxConcurrentCalls() {
        return maxConcurrent.get();
    }

    /** How long a call took on average, in milliseconds. */
    double meanMillis() {
        return times.meanMillis();
    }

    /** @throws IllegalStateException if there was not exactly one call for each event, or a task's events were out of order */
    void requireEachOnceInOrder() {
        for (int event = 1; event < calls.length(); event++) {
            if (calls.get(event) != 1) {
                throw new IllegalStateException("There were " + calls.get(event) + " calls for event " + event
                        + " instead of 1, so the figures are not meaningful.");
            }
        }
        String violation = disorder.get();
        if (violation != null) {
            throw new IllegalStateException(
                    "The order of a task's events was violated, so the figures are not meaningful: " + violation + ".");
        }
    }
}
