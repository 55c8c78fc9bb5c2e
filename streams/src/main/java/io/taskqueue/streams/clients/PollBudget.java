package io.taskqueue.streams.clients;

import java.time.Duration;

/**
 * How long the stream thread may defer its next poll. A rebalance of the group proceeds only in polls, and Kafka Streams commits
 * nothing until it has ended, but polls only once all records that it has taken are processed. One for all partitions; for the stream
 * thread only.
 */
public final class PollBudget {

    /** All waits for capacity from one poll to the next, together. */
    private static final long WAITS = Duration.ofMillis(100).toNanos();

    /** The number of consecutive polls that are deferred at most: the commit interval may be so short that each pass ends with a commit. */
    private static final int MOST_DEFERRED = 300;

    private long waitLeft = WAITS;
    private int deferred;

    /** What is left for waits, in nanoseconds. */
    public long waitLeft() {
        return due() ? 0 : waitLeft;
    }

    /** Sets the time that is left. */
    public void waitLeft(long nanos) {
        waitLeft = Math.min(waitLeft, nanos);
    }

    /** Defers a poll until the partitions would commit in it; returns false where it cannot be deferred any more. */
    boolean defer() {
        deferred++;
        return deferred <= MOST_DEFERRED;
    }

    /** Whether the poll was deferred more than once, so that Kafka Streams has no record left to process before it. */
    boolean deferredBefore() {
        return deferred > 1;
    }

    /** Whether a poll was deferred, so that no commit may be requested before it. */
    public boolean due() {
        return deferred > 0;
    }

    /** A poll begins. */
    public void polled() {
        waitLeft = WAITS;
        deferred = 0;
    }
}
