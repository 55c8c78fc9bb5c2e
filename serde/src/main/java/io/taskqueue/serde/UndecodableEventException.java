package io.taskqueue.serde;

/**
 * Bytes that are no replication event. The message says what is wrong and where; the same bytes always fail the same way, so
 * trying again is of no use.
 */
public final class UndecodableEventException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message the reason, with the place in the bytes */
    public UndecodableEventException(String message) {
        super(message);
    }

    /** @param message the reason, with the place in the bytes */
    public UndecodableEventException(String message, Throwable cause) {
        super(message, cause);
    }
}
