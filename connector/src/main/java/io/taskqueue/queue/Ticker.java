package io.taskqueue.queue;

/**
 * Monotonic time, for deadlines: it never goes back and knows no date. Where an event needs a date, a {@link
 * java.time.Clock} tells it.
 */
@FunctionalInterface
public interface Ticker {

    /** Nanoseconds since a fixed moment. Only differences mean something; compare by subtraction. */
    long nanos();

    /** The ticker of this machine. */
    static Ticker system() {
        return System::nanoTime;
    }
}
