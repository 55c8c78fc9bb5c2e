package io.taskqueue.sink;

/**
 * Thrown by an effect's action to say: it may have been done, as after a time-out. The event is tried again, and the effect is
 * then dealt with as its {@link OnAmbiguity} says. It may also be a cause of what is thrown. An interruption, itself or as a
 * cause, says the same; anything else that an action throws says that it was not done, an {@link Error} too.
 */
public final class UnknownOutcomeException extends Exception {

    private static final long serialVersionUID = 1L;

    public UnknownOutcomeException(String message) {
        super(message);
    }

    public UnknownOutcomeException(String message, Throwable cause) {
        super(message, cause);
    }
}
