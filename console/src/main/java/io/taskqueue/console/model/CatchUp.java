package io.taskqueue.console.model;

import org.jspecify.annotations.Nullable;

/**
 * When something that lags will have caught up.
 *
 * @param state whether it will
 * @param seconds the seconds until then at the present rates; 0 if it has; null if never, or if it is unknown
 */
public record CatchUp(State state, @Nullable Double seconds) {

    /** Whether it will have caught up. */
    public enum State {
        /** It lags no more. */
        CAUGHT_UP,
        /** It will, at the present rates. */
        EXPECTED,
        /** It does not, at the present rates: as much is added as is done, or more. */
        NEVER,
        /** The lag, or a rate, is not known yet. */
        UNKNOWN
    }

    public static final CatchUp DONE = new CatchUp(State.CAUGHT_UP, 0.0);
    public static final CatchUp NEVER = new CatchUp(State.NEVER, null);
    public static final CatchUp UNKNOWN = new CatchUp(State.UNKNOWN, null);

    /** It will, in so many seconds. */
    public static CatchUp in(double seconds) {
        return new CatchUp(State.EXPECTED, seconds);
    }

    /** When both will have caught up. */
    public CatchUp and(CatchUp other) {
        if (state == State.NEVER || other.state == State.NEVER) {
            return NEVER;
        }
        if (seconds == null || other.seconds == null) {
            return UNKNOWN;
        }
        return seconds >= other.seconds ? this : other;
    }
}
