package io.taskqueue.sink.local;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** How a {@link LocalSinkRunner} waits between two attempts at an event. Called on the thread that applies events. */
@FunctionalInterface
public interface RetryPause {

    /** Waits in real time. */
    RetryPause REAL = wait -> {
        boolean woken = new CountDownLatch(1).await(wait.toNanos(), TimeUnit.NANOSECONDS);
        assert !woken : "the latch is never counted down";
    };

    /** Returns when the time has passed, as the implementation counts it. */
    void await(Duration wait) throws InterruptedException;
}
