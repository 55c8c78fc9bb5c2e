package io.taskqueue.queue;

import java.time.Duration;

/** The durations of a queue, checked. */
record LeaseTimes(Duration lease, Duration heartbeatInterval, Duration sweepInterval, Duration requeueDelay) {

    /** Beyond this, nanoseconds would not fit. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    LeaseTimes {
        requireWithin("leaseDuration", lease, Duration.ofNanos(1), LONGEST);
        requireWithin("sweepInterval", sweepInterval, Duration.ofNanos(1), LONGEST);
        requireWithin("requeueDelay", requeueDelay, Duration.ZERO, LONGEST);
        Duration half = lease.dividedBy(2);
        if (heartbeatInterval.isNegative() || heartbeatInterval.compareTo(half) > 0) {
            throw new IllegalArgumentException("heartbeatInterval is from 0 to half the leaseDuration, here " + half
                    + ", but it is " + heartbeatInterval + ". Lower heartbeatInterval or raise leaseDuration.");
        }
    }

    static Duration requireWithin(String setting, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(setting + " is from " + least + " to " + most + ", but it is " + value
                    + ". Choose one in that range.");
        }
        return value;
    }

    /** A time limit that a caller gave, in nanoseconds; what is too long to count becomes the longest that can be counted. */
    static long limitNanos(Duration limit) {
        if (limit.isNegative()) {
            return 0;
        }
        return limit.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : limit.toNanos();
    }

    static long forever() {
        return LONGEST.toNanos();
    }
}
