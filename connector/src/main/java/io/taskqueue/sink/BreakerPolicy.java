package io.taskqueue.sink;

import io.taskqueue.config.DurationText;
import java.time.Duration;

/**
 * When a sink takes its target for dead, and how often it then asks whether it is back. While it waits, no action begins and
 * events stay in their places; their tries are not used up by it.
 *
 * <p>A target is taken for dead after failed tries in a row, with no success of any event between, if they were of different
 * tasks: one task that never succeeds says nothing about the target. From then on one event at a time is tried: after the
 * first wait, and after twice the wait each time it fails, up to the longest. A success lets all go on.
 *
 * @param failures failed tries in a row; 0 for never ({@link #OFF})
 * @param tasks of how many different tasks they must be, from 1 to {@code failures}
 * @param firstWait the wait before the first event is tried, at least 1 ms
 * @param maxWait the longest wait between two tries; a target that asks for more ({@link RetryLaterException}) gets it
 */
public record BreakerPolicy(int failures, int tasks, Duration firstWait, Duration maxWait) {

    /** Twenty failed tries in a row, of five tasks; then a try after 1 s, 2 s, 4 s and so on up to 30 s. */
    public static final BreakerPolicy DEFAULT = new BreakerPolicy(20, 5, Duration.ofSeconds(1), Duration.ofSeconds(30));

    /** Never waits: every event is tried until its own tries are used up. */
    public static final BreakerPolicy OFF = new BreakerPolicy(0, 0, Duration.ZERO, Duration.ZERO);

    /** @throws IllegalArgumentException if a value is out of range */
    public BreakerPolicy {
        boolean off = failures == 0 && tasks == 0 && firstWait.isZero() && maxWait.isZero();
        boolean on = tasks >= 1 && tasks <= failures && firstWait.toMillis() >= 1 && maxWait.compareTo(firstWait) >= 0;
        if (!off && !on) {
            throw new IllegalArgumentException("A breaker policy needs 1 <= tasks <= failures and "
                    + "1 ms <= firstWait <= maxWait, but this is failures " + failures + ", tasks " + tasks
                    + ", firstWait " + DurationText.of(firstWait) + ", maxWait " + DurationText.of(maxWait)
                    + ". For none, use BreakerPolicy.OFF.");
        }
    }

    /** Whether the sink ever waits. */
    public boolean on() {
        return failures > 0;
    }
}
