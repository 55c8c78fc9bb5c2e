package io.taskqueue.serde;

import org.jspecify.annotations.Nullable;

/**
 * A record's value is not a replication event. The message has the reason and the place. The same bytes always fail in the same
 * way, so a retry cannot succeed: move the record to a dead-letter topic and continue. The record's position is in its headers
 * ({@link EventHeaders}).
 */
public final class UndecodableEventException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message the reason and the place in the bytes */
    public UndecodableEventException(String message) {
        super(message);
    }

    /** @param message the reason and the place in the bytes */
    public UndecodableEventException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static UndecodableEventException because(String reason, @Nullable Throwable cause) {
        return new UndecodableEventException(
                "This record is not a replication event: " + reason + (reason.endsWith(".") ? "" : "."), cause);
    }
}
