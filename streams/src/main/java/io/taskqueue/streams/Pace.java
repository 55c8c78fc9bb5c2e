package io.taskqueue.streams;

import java.time.Duration;

/**
 * How long the stream thread may put off its next poll. The group's rebalance goes on only in polls, and Kafka Streams commits
 * nothing until it has ended, but polls only once all that it has taken is handed on. One for all partitions; used by the
 * stream thread only.
 */
final class Pace {

    /** All waits for room from one poll to the next, together. */
    private static final long WAITS = Duration.ofMillis(100).toNanos();

    /** So many polls in a row are held back at most, where the commit interval is so short that each pass ends with a commit. */
    private static final int MOST_HELD_BACK = 50;

    private long waitLeft = WAITS;
    private int heldBack;

    /** What is left for waits, in nanoseconds. */
    long waitLeft() {
        return due() ? 0 : waitLeft;
    }

    /** So much of it is left now. */
    void waitLeft(long nanos) {
        waitLeft = Math.min(waitLeft, nanos);
    }

    /** A poll is held back, until the partitions would commit in it; false where it has to be made all the same. */
    boolean holdBack() {
        heldBack++;
        return heldBack <= MOST_HELD_BACK;
    }

    /** Whether a poll was held back, so that nothing may ask for a commit before it is made. */
    boolean due() {
        return heldBack > 0;
    }

    /** A poll is made. */
    void polled() {
        waitLeft = WAITS;
        heldBack = 0;
    }
}
