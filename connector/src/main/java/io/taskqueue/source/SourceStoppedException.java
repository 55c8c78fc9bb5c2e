package io.taskqueue.source;

/** The source was closed, or stopped by itself, before the caller's condition was met. The message states which. */
public final class SourceStoppedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    SourceStoppedException(String message) {
        super(message);
    }

    SourceStoppedException(String message, Throwable cause) {
        super(message, cause);
    }
}
