package io.taskqueue.sink;

/**
 * Thrown by an effect's action if it failed temporarily and is known not to have been done, as when the target refused the request
 * because it is closed. The event is retried, and the action runs again whatever the effect declares ({@link OnAmbiguity}).
 *
 * <p>Of an exception and its causes, the outermost one that makes a statement decides: {@link UnknownOutcomeException} as an
 * exception with this one as its cause means that the outcome is unknown.
 */
public final class NotDoneException extends Exception {

    private static final long serialVersionUID = 1L;

    public NotDoneException(String message) {
        super(message);
    }

    public NotDoneException(String message, Throwable cause) {
        super(message, cause);
    }
}
