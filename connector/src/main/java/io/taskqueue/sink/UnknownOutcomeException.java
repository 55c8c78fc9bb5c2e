package io.taskqueue.sink;

/**
 * Thrown by an effect's action if it may have been done, as after a timeout. The event is retried, and the effect is then
 * handled as its {@link OnAmbiguity} declares. The exception may also be a cause of the thrown one. An
 * {@link InterruptedException}, itself or as a cause, means the same; anything else that an action throws, including an
 * {@link Error}, means that the action was not done.
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
