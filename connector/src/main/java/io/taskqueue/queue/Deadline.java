package io.taskqueue.queue;

import java.time.Duration;
import java.time.Instant;

/**
 * A moment that an event states, as a deadline of a queue.
 *
 * @param at the moment by the clock
 * @param nanos the same moment by the ticker
 */
record Deadline(Instant at, long nanos) {

    /**
     * What a clock said becomes a deadline by the ticker here, once, and later jumps of the clock do not move it. A clock that is behind the
     * one that wrote the event does not extend it either.
     *
     * @param stated the moment that the event states
     * @param longest how long it is ahead at most, whatever the clock shows
     * @param at the time by the clock
     * @param now the same moment by the ticker
     */
    static Deadline stated(Instant stated, Duration longest, Instant at, long now) {
        Instant latest = at.plusNanos(Ticker.limitNanos(longest));
        Instant until = stated.isBefore(latest) ? stated : latest;
        return new Deadline(
                until, now + (until.isAfter(at) ? Duration.between(at, until).toNanos() : 0));
    }
}
