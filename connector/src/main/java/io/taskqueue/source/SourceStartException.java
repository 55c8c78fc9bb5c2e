package io.taskqueue.source;

/** A source that could not start. The queue is as it was. The message says what was found and what to do. */
public final class SourceStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SourceStartException(String message) {
        super(message);
    }

    SourceStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
