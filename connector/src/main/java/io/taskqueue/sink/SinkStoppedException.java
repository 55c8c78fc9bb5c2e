package io.taskqueue.sink;

import org.jspecify.annotations.Nullable;

/** A sink service stopped permanently. The message states at which event, what was found, and what to do. */
public final class SinkStoppedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SinkStoppedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
