package io.taskqueue.sink;

/** Thrown by an effect's action to say: trying again is of no use. It is recorded as the effect's result. */
public final class PermanentEffectException extends Exception {

    private static final long serialVersionUID = 1L;

    public PermanentEffectException(String message) {
        super(message);
    }

    public PermanentEffectException(String message, Throwable cause) {
        super(message, cause);
    }
}
