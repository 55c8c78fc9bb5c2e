package io.taskqueue.streams.parking;

/**
 * Why an event is not attempted any more.
 *
 * @param attempts how often it was attempted
 * @param cause how the last attempt ended
 */
public record GiveUp(Reason reason, int attempts, Throwable cause) {

    /** The kinds of reasons. */
    public enum Reason {
        /** All attempts are used up. */
        EXHAUSTED,
        /** An operator has to decide. */
        UNDECIDED,
        /** The sink's code is wrong, so that no further attempt can succeed. */
        MISUSED
    }

    /** The attempts as a text. */
    public String attemptsText() {
        return attempts == 1 ? "1 attempt" : attempts + " attempts";
    }
}
