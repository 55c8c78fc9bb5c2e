package io.taskqueue.queue;

/**
 * A call came on a lease that its holder had lost: it expired, or the queue revoked it when it was drained or closed. The message
 * states what happened and when. The task continues without this worker, whose result must not be used.
 */
public final class LeaseLostException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    LeaseLostException(String message) {
        super(message);
    }
}
