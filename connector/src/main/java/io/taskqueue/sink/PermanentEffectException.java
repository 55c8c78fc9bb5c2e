package io.taskqueue.sink;

/**
 * Thrown by an effect's action if it was refused and a retry cannot succeed. The failure is recorded as the effect's result, or the
 * event is parked ({@link OnPermanent}).
 */
public final class PermanentEffectException extends Exception {

    private static final long serialVersionUID = 1L;

    public PermanentEffectException(String message) {
        super(message);
    }

    public PermanentEffectException(String message, Throwable cause) {
        super(message, cause);
    }
}
