package io.taskqueue.serde;

import org.jspecify.annotations.Nullable;

/**
 * Bytes that are no replication event. The message says what is wrong and where; the same bytes always fail the same way, so
 * trying again is of no use: set the record aside and go on. The record's position is in its headers ({@link EventHeaders}).
 */
public final class UndecodableEventException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message the reason, with the place in the bytes */
    public UndecodableEventException(String message) {
        super(message);
    }

    /** @param message the reason, with the place in the bytes */
    public UndecodableEventException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static UndecodableEventException because(String reason, @Nullable Throwable cause) {
        return new UndecodableEventException(
                "This record is no replication event: " + reason + (reason.endsWith(".") ? "" : "."), cause);
    }
}
