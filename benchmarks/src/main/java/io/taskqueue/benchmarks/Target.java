package io.taskqueue.benchmarks;

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
 * What the calls go to: takes its time for each, and knows whether there was exactly one for each event and, where calls take
 * time, whether those of a task came one after the other and in order. Thread-safe.
 */
final class Target {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Duration call;
    private final AtomicIntegerArray calls;
    private final CountDownLatch left;
    private final AtomicReference<@Nullable Stopwatch> first = new AtomicReference<>();
    private final AtomicReference<@Nullable String> disorder = new AtomicReference<>();
    private final ConcurrentMap<Object, Integer> newest = new ConcurrentHashMap<>();
    private final Set<Object> running = ConcurrentHashMap.newKeySet();
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    Target(Work work) {
        call = work.call();
        calls = new AtomicIntegerArray(work.events() + 1);
        left = new CountDownLatch(work.events());
    }

    /**
     * Takes a call.
     *
     * @param event the event's sequence, from 1
     * @param task the event's task
     */
    void call(int event, Object task) throws InterruptedException {
        begin();
        if (!call.isZero()) {
            occupy(event, task);
        }
        inside.decrementAndGet();
        if (calls.incrementAndGet(event) == 1) {
            left.countDown();
        }
    }

    private void begin() {
        if (first.get() == null) {
            first.compareAndSet(null, new Stopwatch());
        }
        int now = inside.incrementAndGet();
        if (now > most.get()) {
            most.accumulateAndGet(now, Math::max);
        }
    }

    private void occupy(int event, Object task) throws InterruptedException {
        Integer before = newest.put(task, event);
        if (before != null && before >= event) {
            disorder.compareAndSet(null, "event " + event + " of task " + task + " came after " + before);
        }
        if (!running.add(task)) {
            disorder.compareAndSet(null, "two events of task " + task + " ran at once, of which one is " + event);
        }
        Stopwatch.pause(call);
        running.remove(task);
    }

    /** Waits until each event has been called for. */
    void await() throws InterruptedException {
        if (!left.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException(left.getCount() + " events were never called for.");
        }
    }

    /** How fast it went, since the first call. */
    Stopwatch.Rate rate() {
        Stopwatch watch = first.get();
        if (watch == null) {
            throw new IllegalStateException("There was no call.");
        }
        return watch.rate(calls.length() - 1);
    }

    /** Calls that were running at the same time, at their most. */
    int mostAtOnce() {
        return most.get();
    }

    /** @throws IllegalStateException if an event was not called for exactly once, or a task's events were out of order */
    void requireEachOnceInOrder() {
        for (int event = 1; event < calls.length(); event++) {
            if (calls.get(event) != 1) {
                throw new IllegalStateException("Event " + event + " was called for " + calls.get(event)
                        + " times, so the figures mean nothing.");
            }
        }
        String wrong = disorder.get();
        if (wrong != null) {
            throw new IllegalStateException("The order of tasks was not kept, so the figures mean nothing: " + wrong);
        }
    }
}
