package io.taskqueue.queue;

import java.time.Duration;

/**
 * Monotonic time, for deadlines and durations: it never goes back and knows no date. Instants in events come from a {@link
 * java.time.Clock}. {@link ManualTicker} is one for tests.
 */
@FunctionalInterface
public interface Ticker {

    /** Nanoseconds since a fixed moment. Only differences have a meaning; compare by subtraction. */
    long nanos();

    /**
     * Has the action called each time that the ticker is moved, as a {@link ManualTicker} is by a test: what waits for a moment of this
     * ticker checks again then. A ticker that only runs with real time, as this default, never calls it.
     *
     * @param action returns at once, and does not throw
     * @return the registration, whose end removes the action
     */
    default QueueListener.Registration onMoved(Runnable action) {
        return () -> {};
    }

    /**
     * Whether this ticker only moves when a test moves it, as a {@link ManualTicker} does; constant. The time limits of calls then end when
     * this ticker has moved by them, or in real time, whichever is first; and {@link TaskQueue#close} does not wait for the holders of
     * leases, because its grace would not pass.
     */
    default boolean isManual() {
        return false;
    }

    /** The ticker of this machine. */
    static Ticker system() {
        return System::nanoTime;
    }

    /**
     * A time limit in the unit of {@link #nanos}: 0 if it is negative, and at most 36,500 days, so that it can be added to a
     * reading of any ticker.
     */
    static long limitNanos(Duration limit) {
        Duration longest = Duration.ofDays(36_500);
        if (limit.isNegative()) {
            return 0;
        }
        return limit.compareTo(longest) > 0 ? longest.toNanos() : limit.toNanos();
    }
}
