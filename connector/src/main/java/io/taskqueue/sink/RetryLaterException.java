package io.taskqueue.sink;

import java.time.Duration;

/**
 * Thrown by an effect's action to say: failed for now, and try again after this wait at the earliest. A target that is
 * overloaded or rate-limited often knows, as by {@code Retry-After} of HTTP.
 *
 * <p>The next try comes after the longer of this wait and the back-off of the {@link RetryPolicy}; a wait of more than
 * {@link #LONGEST} counts as that. The tries are counted as ever. It may also be a cause of what is thrown.
 */
public final class RetryLaterException extends Exception {

    /** The longest wait that is granted: an hour. */
    public static final Duration LONGEST = Duration.ofHours(1);

    private static final long serialVersionUID = 1L;

    private final Duration after;

    /** @param after how long to wait at least; a negative wait counts as none */
    public RetryLaterException(String message, Duration after) {
        super(message);
        this.after = granted(after);
    }

    /** @param after how long to wait at least; a negative wait counts as none */
    public RetryLaterException(String message, Duration after, Throwable cause) {
        super(message, cause);
        this.after = granted(after);
    }

    /** How long to wait at least, from nothing to {@link #LONGEST}. */
    public Duration after() {
        return after;
    }

    /** How long what was thrown asks to wait at least: it, or the first of its causes that asks; otherwise not at all. */
    public static Duration askedBy(Throwable thrown) {
        return Causes.first(thrown, RetryLaterException.class)
                .map(RetryLaterException::after)
                .orElse(Duration.ZERO);
    }

    private static Duration granted(Duration asked) {
        if (asked.isNegative()) {
            return Duration.ZERO;
        }
        return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }
}
