package io.taskqueue.sink;

import io.taskqueue.config.DurationText;
import java.time.Duration;

/**
 * When a sink considers its target unavailable, and how often it then probes the target. While the target is unavailable, no
 * action starts and events keep their places in order; attempts that fail because of it do not count against the
 * {@link RetryPolicy}.
 *
 * <p>A target is considered unavailable after {@code failures} failed attempts in a row, of at least {@code tasks} different
 * tasks and without a success of any event in between: one task that always fails does not prove anything about the target.
 * From then on the sink probes with one event at a time: after {@code firstWait}, then after twice the previous wait, up to
 * {@code maxWait}. The first success resumes all events.
 *
 * @param failures failed attempts in a row; 0 to never wait ({@link #OFF})
 * @param tasks the least number of different tasks among them, from 1 to {@code failures}
 * @param firstWait the wait before the first probe, at least 1 ms
 * @param maxWait the longest wait between two probes, at most {@link #LONGEST}. What a target asks for ({@link RetryLaterException})
 *     does not make it longer: it delays the task whose event was answered so, and others probe the target meanwhile
 */
public record BreakerPolicy(int failures, int tasks, Duration firstWait, Duration maxWait) {

    /** The longest wait that a policy may have: one day. */
    public static final Duration LONGEST = Duration.ofDays(1);

    /** Twenty failed attempts in a row, of five tasks; then probes after 1 s, 2 s, 4 s and so on, up to 30 s. */
    public static final BreakerPolicy DEFAULT = new BreakerPolicy(20, 5, Duration.ofSeconds(1), Duration.ofSeconds(30));

    /** Never waits for the target: every event uses up its own attempts. */
    public static final BreakerPolicy OFF = new BreakerPolicy(0, 0, Duration.ZERO, Duration.ZERO);

    /** @throws IllegalArgumentException if a value is out of range */
    public BreakerPolicy {
        boolean off = failures == 0 && tasks == 0 && firstWait.isZero() && maxWait.isZero();
        boolean on = tasks >= 1
                && tasks <= failures
                && firstWait.compareTo(Duration.ofMillis(1)) >= 0
                && maxWait.compareTo(firstWait) >= 0
                && maxWait.compareTo(LONGEST) <= 0;
        if (!off && !on) {
            throw new IllegalArgumentException("A breaker policy needs 1 <= tasks <= failures and "
                    + "1 ms <= firstWait <= maxWait <= 24 h, but has failures " + failures + ", tasks " + tasks
                    + ", firstWait " + DurationText.of(firstWait) + ", maxWait " + DurationText.of(maxWait)
                    + ". To disable the breaker, use BreakerPolicy.OFF.");
        }
    }

    /** Whether the sink ever waits for its target. */
    public boolean on() {
        return failures > 0;
    }
}
