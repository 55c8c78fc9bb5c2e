package io.taskqueue.streams;

import org.jspecify.annotations.Nullable;

/** A sink stopped for good: the message says at which event, what was found and what to do. */
public final class SinkFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SinkFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
