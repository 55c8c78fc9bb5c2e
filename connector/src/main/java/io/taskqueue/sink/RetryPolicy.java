package io.taskqueue.sink;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often, and after what waits, an event is tried again whose effects failed for now.
 *
 * <p>The wait before try n + 1 is {@code firstBackoff * 2^(n-1)}, at most {@code maxBackoff}, shortened by a random part of up
 * to {@code jitter} of itself.
 *
 * @param attempts tries in all, at least 1
 * @param firstBackoff the wait after the first failure; waits are whole milliseconds, so less than one is none
 * @param maxBackoff the longest wait
 * @param jitter the share of a wait that is random, from 0 to 1
 */
public record RetryPolicy(int attempts, Duration firstBackoff, Duration maxBackoff, double jitter) {

    /** Ten tries, from 100 ms to 30 s, a fifth of each wait random: about two minutes in all. */
    public static final RetryPolicy DEFAULT = new RetryPolicy(10, Duration.ofMillis(100), Duration.ofSeconds(30), 0.2);

    /** @throws IllegalArgumentException if a value is out of range */
    public RetryPolicy {
        if (attempts < 1
                || firstBackoff.isNegative()
                || maxBackoff.compareTo(firstBackoff) < 0
                || !(jitter >= 0 && jitter <= 1)) {
            throw new IllegalArgumentException(
                    "A retry policy needs at least 1 attempt, 0 <= firstBackoff <= maxBackoff and a "
                            + "jitter from 0 to 1, but this is attempts " + attempts + ", firstBackoff " + firstBackoff
                            + ", maxBackoff " + maxBackoff + ", jitter " + jitter + ".");
        }
    }

    /**
     * The wait after a failed try.
     *
     * @param failedAttempt the try that failed, counted from 1
     */
    public Duration backoff(int failedAttempt, RandomGenerator random) {
        long longest = Math.min(firstBackoff.toMillis(), maxBackoff.toMillis());
        for (int doubled = 1; doubled < failedAttempt && longest > 0 && longest < maxBackoff.toMillis(); doubled++) {
            longest = longest > maxBackoff.toMillis() / 2 ? maxBackoff.toMillis() : longest * 2;
        }
        return Duration.ofMillis(longest - (long) (longest * jitter * random.nextDouble()));
    }
}
