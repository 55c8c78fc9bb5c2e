package io.taskqueue.queue;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;

/** How a lease ended, and what a call is told that comes afterwards. */
sealed interface LeaseEnding {

    /** What the call is told. */
    RuntimeException refusal(String lease, String call, Instant now);

    /** Its holder ended it. */
    record Ended(String by, Instant at) implements LeaseEnding {
        @Override
        public RuntimeException refusal(String lease, String call, Instant now) {
            return new IllegalStateException(lease + " has ended: " + by + " ended it at " + time(at) + ", " + call
                    + " came at " + time(now) + ". End a lease once, and do not use it afterwards.");
        }
    }

    /** It ran out. */
    record Expired(Instant at) implements LeaseEnding {
        @Override
        public RuntimeException refusal(String lease, String call, Instant now) {
            return new LeaseLostException(lease + " was lost: it expired at " + time(at) + ", " + call + " came at "
                    + time(now) + ". Raise leaseDuration or call heartbeat().");
        }
    }

    /** The queue took it back because it ended itself. */
    record Revoked(String by, Instant at) implements LeaseEnding {
        @Override
        public RuntimeException refusal(String lease, String call, Instant now) {
            return new LeaseLostException(lease + " was lost: " + by + " revoked it at " + time(at) + ", " + call
                    + " came at " + time(now) + ". Give " + by + " more time to wait for running work.");
        }
    }

    /** Its queue was stopped. */
    record Stopped(String queue, QueueLife.Stopped life) implements LeaseEnding {
        @Override
        public RuntimeException refusal(String lease, String call, Instant now) {
            return life.refusal(queue, call);
        }
    }

    private static String time(Instant instant) {
        return Format.TIME.format(instant.atOffset(ZoneOffset.UTC));
    }

    /** The time of day in UTC, down to what differs between two calls. */
    final class Format {

        private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
                .appendPattern("HH:mm:ss")
                .appendFraction(ChronoField.NANO_OF_SECOND, 0, 3, true)
                .appendLiteral('Z')
                .toFormatter();

        private Format() {}
    }
}
