package io.taskqueue.queue;

import org.jspecify.annotations.Nullable;

/** The queue takes no more work: it is draining, closed, or its source was stopped. The message says which, and why. */
public final class QueueClosedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    public QueueClosedException(String message) {
        super(message);
    }

    public QueueClosedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
