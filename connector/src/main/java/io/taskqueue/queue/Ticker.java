package io.taskqueue.queue;

import java.time.Duration;

/**
 * Monotonic time, for deadlines and durations: it never goes back and knows no date. Instants in events come from a {@link
 * java.time.Clock}.
 */
@FunctionalInterface
public interface Ticker {

    /** Nanoseconds since a fixed moment. Only differences have a meaning; compare by subtraction. */
    long nanos();

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
