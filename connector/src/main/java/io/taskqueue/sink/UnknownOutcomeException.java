package io.taskqueue.sink;

/**
 * Thrown by an effect's action if it may have been done, to state this explicitly, or to contradict a cause that proves otherwise.
 * The effect is handled as its {@link OnAmbiguity} declares. Any other exception means the same, unless it proves that nothing was
 * done; see {@link OnAmbiguity}. An exception of this class is never permanent, whatever the {@link RetryPolicy} names.
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
