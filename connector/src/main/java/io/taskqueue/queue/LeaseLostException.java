package io.taskqueue.queue;

/**
 * A call came on a lease that is no longer its holder's: it ran out, or the queue revoked it when it ended. The message says
 * what happened and when. The task goes on without this worker, so the work must be treated as not done by it.
 */
public final class LeaseLostException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    LeaseLostException(String message) {
        super(message);
    }
}
