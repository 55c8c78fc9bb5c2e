package io.taskqueue.sink;

import io.taskqueue.config.DurationText;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * How often and after which waits an event is retried after a transient failure, and which failures are permanent.
 *
 * <p>The wait after failed attempt n is {@code firstBackoff * 2^(n-1)}, at most {@code maxBackoff}, reduced by a random part of
 * up to {@code jitter} of itself. It is longer if the target asks for that ({@link RetryLaterException}).
 *
 * @param attempts the attempts in total, at least 1
 * @param firstBackoff the wait after the first failed attempt; waits are truncated to whole milliseconds
 * @param maxBackoff the longest wait, at most {@link #LONGEST}
 * @param jitter the random part of a wait, from 0 to 1
 * @param permanent the exceptions of an effect's action after which a retry cannot succeed, including their subclasses;
 *     {@link PermanentEffectException} is always permanent and need not be named here
 */
public record RetryPolicy(
        int attempts,
        Duration firstBackoff,
        Duration maxBackoff,
        double jitter,
        Set<Class<? extends Exception>> permanent) {

    /** The longest wait that a policy may have: one day. */
    public static final Duration LONGEST = Duration.ofDays(1);

    /** Exceptions that state nothing about the effect, or that ask for a retry: never permanent, whatever is named. */
    private static final List<Class<? extends Exception>> NEVER_PERMANENT = List.of(
            InterruptedException.class,
            RetryLaterException.class,
            NotDoneException.class,
            UnknownOutcomeException.class,
            AmbiguousEffectException.class,
            EffectMisuseException.class);

    /** Ten attempts, with waits from 100 ms to 30 s of which a fifth is random: about two minutes in total. */
    public static final RetryPolicy DEFAULT = new RetryPolicy(10, Duration.ofMillis(100), Duration.ofSeconds(30), 0.2);

    /** @throws IllegalArgumentException if a value is out of range */
    public RetryPolicy {
        if (attempts < 1
                || firstBackoff.isNegative()
                || maxBackoff.compareTo(firstBackoff) < 0
                || maxBackoff.compareTo(LONGEST) > 0
                || !(jitter >= 0 && jitter <= 1)) {
            throw new IllegalArgumentException(
                    "A retry policy needs at least 1 attempt, 0 <= firstBackoff <= maxBackoff <= 24 h and a "
                            + "jitter from 0 to 1, but has attempts " + attempts + ", firstBackoff "
                            + DurationText.of(firstBackoff) + ", maxBackoff " + DurationText.of(maxBackoff)
                            + ", jitter " + jitter + ".");
        }
        for (Class<? extends Exception> never : NEVER_PERMANENT) {
            if (permanent.contains(never)) {
                throw new IllegalArgumentException("A retry policy names " + never.getSimpleName()
                        + " as permanent, but this exception never means that a retry cannot succeed. Remove it.");
            }
        }
        permanent = Set.copyOf(permanent);
    }

    /**
     * A policy in which only {@link PermanentEffectException} is permanent.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public RetryPolicy(int attempts, Duration firstBackoff, Duration maxBackoff, double jitter) {
        this(attempts, firstBackoff, maxBackoff, jitter, Set.of());
    }

    /**
     * This policy with more permanent exceptions of an effect's action.
     *
     * @throws IllegalArgumentException if one of them is never permanent: {@link InterruptedException}, {@link RetryLaterException},
     *     {@link NotDoneException}, {@link UnknownOutcomeException}, {@link AmbiguousEffectException}, {@link EffectMisuseException}
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
     * Whether an exception of an effect's action is permanent: the exception or one of its causes is a
     * {@link PermanentEffectException} or of a class in {@link #permanent}, and none of them is of a class that is never
     * permanent (see {@link #withPermanent}).
     */
    public boolean isPermanent(Throwable thrown) {
        if (NEVER_PERMANENT.stream()
                .anyMatch(never -> Causes.first(thrown, never).isPresent())) {
            return false;
        }
        return Causes.first(thrown, PermanentEffectException.class).isPresent()
                || permanent.stream()
                        .anyMatch(type -> Causes.first(thrown, type).isPresent());
    }

    /**
     * The wait after a failed attempt, by the number of attempts alone.
     *
     * @param failedAttempt the number of the attempt that failed, from 1
     */
    public Duration backoff(int failedAttempt, RandomGenerator random) {
        long longest = Math.min(firstBackoff.toMillis(), maxBackoff.toMillis());
        for (int doubled = 1; doubled < failedAttempt && longest > 0 && longest < maxBackoff.toMillis(); doubled++) {
            longest = longest > maxBackoff.toMillis() / 2 ? maxBackoff.toMillis() : longest * 2;
        }
        return Duration.ofMillis(longest - (long) (longest * jitter * random.nextDouble()));
    }

    /**
     * The wait after a failed attempt: the longer of the back-off and the wait that a {@link RetryLaterException} asks for, if
     * the failure or one of its causes is one.
     *
     * @param failedAttempt the number of the attempt that failed, from 1
     */
    public Duration backoff(int failedAttempt, Throwable failure, RandomGenerator random) {
        Duration backoff = backoff(failedAttempt, random);
        Duration asked = RetryLaterException.askedBy(failure);
        return asked.compareTo(backoff) > 0 ? asked : backoff;
    }
}
