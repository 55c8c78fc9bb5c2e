package io.taskqueue.sink;

import java.time.Duration;

/**
 * Thrown by an effect's action if it failed temporarily and must not be retried before a given wait. Targets that are
 * overloaded or rate-limited often send such a wait, as HTTP does in {@code Retry-After}. The exception states that the action was not
 * done, as a {@link NotDoneException} does; if it may have been done, throw an {@link UnknownOutcomeException} with this one as its
 * cause.
 *
 * <p>The next attempt follows after the longer of this wait and the back-off of the {@link RetryPolicy}. The failed attempt
 * counts like any other. The exception may also be a cause of the thrown one.
 */
public final class RetryLaterException extends Exception {

    /** The longest wait that is accepted, one hour; a longer one is reduced to it. */
    public static final Duration LONGEST = Duration.ofHours(1);

    private static final long serialVersionUID = 1L;

    private final Duration after;

    /** @param after the minimum wait; a negative one counts as zero */
    public RetryLaterException(String message, Duration after) {
        super(message);
        this.after = bounded(after);
    }

    /** @param after the minimum wait; a negative one counts as zero */
    public RetryLaterException(String message, Duration after, Throwable cause) {
        super(message, cause);
        this.after = bounded(after);
    }

    /** The minimum wait, from zero to {@link #LONGEST}. */
    public Duration after() {
        return after;
    }

    /** The minimum wait that an exception, or the first of its causes that is a RetryLaterException, asks for; otherwise zero. */
    public static Duration askedBy(Throwable thrown) {
        return Causes.first(thrown, RetryLaterException.class)
                .map(RetryLaterException::after)
                .orElse(Duration.ZERO);
    }

    private static Duration bounded(Duration asked) {
        if (asked.isNegative()) {
            return Duration.ZERO;
        }
        return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }
}
