package io.taskqueue.source;

/** A source could not start; the queue is unchanged. The message states what was found and what to do. */
public final class SourceStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SourceStartException(String message) {
        super(message);
    }

    SourceStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
