package io.taskqueue.benchmarks;

import java.time.Duration;

/** Time from its making on; the one place of this module that reads a clock. */
final class Stopwatch {

    private final long started = System.nanoTime();

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - started);
    }

    /** How many of them there were a second. */
    double rate(long count) {
        return count / (elapsed().toNanos() / 1e9);
    }

    /** Lets so much time pass. */
    static void pause(Duration time) throws InterruptedException {
        Thread.sleep(time.toMillis());
    }
}
