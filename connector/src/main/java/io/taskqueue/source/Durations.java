package io.taskqueue.source;

import java.time.Duration;

/** Durations as the locks of java.util.concurrent take them. */
final class Durations {

    private Durations() {}

    /** In nanoseconds; what is longer than a {@code long} can say is for ever. */
    static long nanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return duration.isNegative() ? 0 : Long.MAX_VALUE;
        }
    }
}
