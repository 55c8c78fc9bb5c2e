package io.taskqueue.queue;

/** A payload that cannot be replicated: it cannot be encoded, or it is too large. The queue is unchanged. */
public final class PayloadRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public PayloadRefusedException(String message) {
        super(message);
    }

    public PayloadRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
