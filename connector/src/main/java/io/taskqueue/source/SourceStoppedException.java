package io.taskqueue.source;

/** The source was closed, or stopped itself, before what was waited for came true. The message says which. */
public final class SourceStoppedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    SourceStoppedException(String message) {
        super(message);
    }

    SourceStoppedException(String message, Throwable cause) {
        super(message, cause);
    }
}
