package io.taskqueue.queue;

import io.taskqueue.event.QueueName;
import io.taskqueue.tracing.TaskSpans;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.locks.Condition;

/** How one queue behaves: immutable, and validated here once. */
record QueueSettings<T>(
        String name,
        int capacity,
        int maxAttempts,
        Timing timing,
        TimeSource time,
        Callbacks<T> callbacks,
        TaskSpans spans) {

    /** The longest time limit, in nanoseconds. */
    static final long FOREVER_NANOS = Ticker.limitNanos(ChronoUnit.FOREVER.getDuration());

    private static final Duration LONGEST = Duration.ofNanos(FOREVER_NANOS);

    QueueSettings {
        QueueName.require(name);
        requireAtLeastOne("capacity", capacity);
        requireAtLeastOne("maxAttempts", maxAttempts);
    }

    /** The durations of a queue. */
    record Timing(
            Duration lease,
            Duration heartbeatInterval,
            Duration sweepInterval,
            Duration requeueDelay,
            Duration closeGrace) {

        Timing {
            requireWithin("leaseDuration", lease, Duration.ofNanos(1), LONGEST);
            requireWithin("sweepInterval", sweepInterval, Duration.ofNanos(1), LONGEST);
            requireWithin("requeueDelay", requeueDelay, Duration.ZERO, LONGEST);
            requireWithin("closeGrace", closeGrace, Duration.ZERO, Duration.ofDays(365));
            Duration half = lease.dividedBy(2);
            if (heartbeatInterval.isNegative() || heartbeatInterval.compareTo(half) > 0) {
                throw new IllegalArgumentException(
                        "heartbeatInterval must be from 0 to half the leaseDuration, here " + half + ", but it is "
                                + heartbeatInterval + ". Lower heartbeatInterval or raise leaseDuration.");
            }
        }
    }

    /** The only time that a queue knows: a ticker for its deadlines, a clock for the instants in its events. */
    record TimeSource(Clock clock, Ticker ticker) {

        Instant instant() {
            return clock.instant();
        }

        long nanos() {
            return ticker.nanos();
        }

        /**
         * Waits for the condition, no longer than the limit; returns how much of it is left. By a manual ticker, the limit also ends when
         * that has moved by it; whoever moves it has the condition signalled.
         */
        @SuppressWarnings("WaitNotInLoop") // the caller checks in a loop what it waits for
        long await(Condition condition, long limitNanos) throws InterruptedException {
            if (!ticker.isManual()) {
                return condition.awaitNanos(limitNanos);
            }
            long before = ticker.nanos();
            long left = condition.awaitNanos(limitNanos);
            return Math.min(left, limitNanos - (ticker.nanos() - before));
        }
    }

    /** The user's code that a queue calls. */
    record Callbacks<T>(
            List<QueueListener<T>> listeners, List<DeadLetterHandler<T>> deadLetterHandlers, int deadLetterCapacity) {

        Callbacks {
            listeners = List.copyOf(listeners);
            deadLetterHandlers = List.copyOf(deadLetterHandlers);
            requireAtLeastOne("deadLetterCapacity", deadLetterCapacity);
        }
    }

    private static void requireAtLeastOne(String setting, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    setting + " must be at least 1, but it is " + value + ". Choose a positive number.");
        }
    }

    private static void requireWithin(String setting, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(setting + " must be from " + least + " to " + most + ", but it is "
                    + value + ". Choose one in that range.");
        }
    }
}
