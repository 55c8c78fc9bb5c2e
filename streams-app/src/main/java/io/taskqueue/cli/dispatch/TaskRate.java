package io.taskqueue.cli.dispatch;

import io.taskqueue.queue.Ticker;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The rate at which tasks are enqueued: evenly spaced, and after a delay, such as of a full queue, at most {@link #CATCH_UP} is made up.
 * For one thread.
 */
abstract sealed class TaskRate {

    private static final Duration CATCH_UP = Duration.ofMillis(100);

    /** As fast as the queue takes them. */
    static TaskRate unlimited() {
        return new Unlimited();
    }

    /** At most so many tasks per second, at least 1. */
    static TaskRate perSecond(int tasks, Ticker ticker) {
        return new Limited(TimeUnit.SECONDS.toNanos(1) / tasks, ticker);
    }

    /** Waits until the next task is due. */
    abstract void await() throws InterruptedException;

    private static final class Unlimited extends TaskRate {
        @Override
        void await() {
            // always due
        }
    }

    private static final class Limited extends TaskRate {

        private final long interval;
        private final Ticker ticker;
        private final CountDownLatch interrupted = new CountDownLatch(1); // only an interruption ends a wait early
        private long due;

        Limited(long interval, Ticker ticker) {
            this.interval = interval;
            this.ticker = ticker;
            this.due = ticker.nanos();
        }

        @Override
        void await() throws InterruptedException {
            long now = ticker.nanos();
            while (due - now > 0) {
                var unused = interrupted.await(due - now, TimeUnit.NANOSECONDS);
                now = ticker.nanos();
            }
            long behind = Math.min(now - due, CATCH_UP.toNanos());
            due = now - behind + interval;
        }
    }
}
