package io.taskqueue.benchmarks.peers.contender;

import io.taskqueue.benchmarks.measure.Stopwatch;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/** Performs tasks, each of which takes a given time, and verifies that each was performed once. Thread-safe. */
public final class PerformedTasks implements Contender.Work {

    private final Stopwatch watch = new Stopwatch();
    private final Duration work;
    private final AtomicIntegerArray performed;
    private final AtomicLongArray begun;
    private final CountDownLatch missing;

    public PerformedTasks(int tasks, Duration work) {
        this.work = work;
        performed = new AtomicIntegerArray(tasks);
        begun = new AtomicLongArray(tasks);
        missing = new CountDownLatch(tasks);
    }

    /** Nanoseconds since this was created. */
    public long now() {
        return watch.elapsed().toNanos();
    }

    @Override
    public void perform(int task) throws InterruptedException {
        begun.compareAndSet(task, 0, now());
        if (!work.isZero()) {
            Stopwatch.pause(work);
        }
        if (performed.incrementAndGet(task) == 1) {
            missing.countDown();
        }
    }

    /** When a task was begun, in nanoseconds since this was created. */
    public long begun(int task) {
        return begun.get(task);
    }

    public void await(Duration timeout) throws InterruptedException {
        if (!missing.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(
                    missing.getCount() + " tasks were not performed within " + timeout.toSeconds() + " s.");
        }
    }

    /** @throws IllegalStateException if a task was not performed exactly once */
    public void requireEachOnce() {
        for (int task = 0; task < performed.length(); task++) {
            if (performed.get(task) != 1) {
                throw new IllegalStateException("Task " + task + " was performed " + performed.get(task)
                        + " times instead of once, so the figures are not meaningful.");
            }
        }
    }
}
