package io.taskqueue.queue;

import org.jspecify.annotations.Nullable;

/** The queue accepts no more work: it is draining, closed or stopped. The message states which, and why. */
public final class QueueClosedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    public QueueClosedException(String message) {
        super(message);
    }

    public QueueClosedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
