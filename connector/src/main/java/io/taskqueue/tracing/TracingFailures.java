package io.taskqueue.tracing;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicLong;

/** Logs the 1st, 2nd, 4th, 8th … failure of a tracing, so that the log has a bound. Never throws. Thread-safe. */
final class TracingFailures {

    private static final Logger LOG = System.getLogger(TracingFailures.class.getName());

    private final AtomicLong count = new AtomicLong();

    void add(String occasion, Throwable failure) {
        long number = count.incrementAndGet();
        if (Long.bitCount(number) != 1) {
            return;
        }
        try {
            LOG.log(
                    Level.WARNING,
                    "The tracing failed on " + occasion + " (failure " + number
                            + " of this kind); the work continues, and the span is missing or incomplete.",
                    failure);
        } catch (Throwable unwritable) {
            // an exception that cannot be written must not harm what is traced
        }
    }
}
