package io.taskqueue.queue;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the failures of one kind of the user's code, and logs the 1st, 2nd, 4th, 8th …, so that the log has a bound. Never
 * throws, although the user's exception may throw while it is written. Thread-safe.
 */
public final class CallbackFailures {

    private static final Logger LOG = System.getLogger(CallbackFailures.class.getName());

    private final String callback;
    private final String consequence;
    private final AtomicLong count = new AtomicLong();

    /**
     * @param callback what fails, as in {@code A listener of queue orders}
     * @param consequence what happens then
     */
    public CallbackFailures(String callback, String consequence) {
        this.callback = callback;
        this.consequence = consequence;
    }

    /** How often it failed. */
    public long count() {
        return count.get();
    }

    /**
     * Counts a failure.
     *
     * @param occasion what the user's code was called for
     */
    public void add(Object occasion, Throwable failure) {
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        long number = count.incrementAndGet();
        if (Long.bitCount(number) != 1) {
            return;
        }
        try {
            LOG.log(
                    Level.WARNING,
                    callback + " failed on " + occasion + " (failure " + number + " of this kind); " + consequence
                            + ".",
                    failure);
        } catch (Throwable unwritable) {
            // it is counted, and an exception that cannot be written must not harm the queue
        }
    }
}
