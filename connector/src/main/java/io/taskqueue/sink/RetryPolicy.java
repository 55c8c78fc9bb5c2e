package io.taskqueue.sink;

import io.taskqueue.config.DurationText;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * How often, and after what waits, an event is tried again whose effects failed for now, and which failures are for good.
 *
 * <p>The wait before try n + 1 is {@code firstBackoff * 2^(n-1)}, at most {@code maxBackoff}, shortened by a random part of up
 * to {@code jitter} of itself. A target that asks for more ({@link RetryLaterException}) gets it.
 *
 * @param attempts tries in all, at least 1
 * @param firstBackoff the wait after the first failure; waits are whole milliseconds, so less than one is none
 * @param maxBackoff the longest wait
 * @param jitter the share of a wait that is random, from 0 to 1
 * @param permanent the exceptions of an effect's action after which trying again is of no use, with their subclasses;
 *     {@link PermanentEffectException} is one without being named here
 */
public record RetryPolicy(
        int attempts,
        Duration firstBackoff,
        Duration maxBackoff,
        double jitter,
        Set<Class<? extends Exception>> permanent) {

    /** What says nothing about the effect, or says "later" or "perhaps": not permanent whatever is named. */
    private static final List<Class<? extends Exception>> NEVER = List.of(
            InterruptedException.class,
            RetryLaterException.class,
            UnknownOutcomeException.class,
            AmbiguousEffectException.class,
            EffectMisuseException.class);

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
                            + "jitter from 0 to 1, but this is attempts " + attempts + ", firstBackoff "
                            + DurationText.of(firstBackoff) + ", maxBackoff " + DurationText.of(maxBackoff)
                            + ", jitter " + jitter + ".");
        }
        for (Class<? extends Exception> never : NEVER) {
            if (permanent.contains(never)) {
                throw new IllegalArgumentException("A retry policy names " + never.getSimpleName()
                        + " as permanent, but it never says that trying again is of no use. Leave it out.");
            }
        }
        permanent = Set.copyOf(permanent);
    }

    /**
     * A policy with no permanent exception but {@link PermanentEffectException}.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public RetryPolicy(int attempts, Duration firstBackoff, Duration maxBackoff, double jitter) {
        this(attempts, firstBackoff, maxBackoff, jitter, Set.of());
    }

    /**
     * The same policy, where these exceptions of an effect's action are permanent, too.
     *
     * @throws IllegalArgumentException if one of them never is: an interruption, {@link RetryLaterException},
     *     {@link UnknownOutcomeException}, {@link AmbiguousEffectException}, {@link EffectMisuseException}
     */
    @SafeVarargs
    public final RetryPolicy withPermanent(Class<? extends Exception>... exceptions) {
        Set<Class<? extends Exception>> all = new HashSet<>(permanent);
        for (Class<? extends Exception> exception : exceptions) {
            all.add(exception);
        }
        return new RetryPolicy(attempts, firstBackoff, maxBackoff, jitter, all);
    }

    /**
     * Whether trying again is of no use after what an effect's action has thrown: it, or a cause of it, is a
     * {@link PermanentEffectException} or of a permanent class. Never so where one is among them that never is, as
     * {@link #withPermanent} names them.
     */
    public boolean isPermanent(Throwable thrown) {
        if (NEVER.stream().anyMatch(never -> Causes.first(thrown, never).isPresent())) {
            return false;
        }
        return Causes.first(thrown, PermanentEffectException.class).isPresent()
                || permanent.stream()
                        .anyMatch(type -> Causes.first(thrown, type).isPresent());
    }

    /**
     * The wait after a failed try, going by the number of tries alone.
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

    /**
     * The wait after a failed try: the longer of the back-off and what a {@link RetryLaterException} asks for, if the failure
     * is one or was caused by one.
     *
     * @param failedAttempt the try that failed, counted from 1
     */
    public Duration backoff(int failedAttempt, Throwable failure, RandomGenerator random) {
        Duration backoff = backoff(failedAttempt, random);
        Duration asked = RetryLaterException.askedBy(failure);
        return asked.compareTo(backoff) > 0 ? asked : backoff;
    }
}
