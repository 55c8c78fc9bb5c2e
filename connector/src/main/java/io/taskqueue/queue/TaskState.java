package io.taskqueue.queue;

import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The state of one task in the queue. Its methods are the only transitions:
 *
 * <pre>
 *              lease                    renewed
 *   Pending ----------> Leased ----------------------> Leased
 *      ^                  |  |
 *      |                  |  +-- dead ---------------> Dead
 *      |     requeued     |
 *      +-------------- Delayed   (failed, expired)
 * </pre>
 *
 * A completed or drained task has no state: it has left the queue.
 */
sealed interface TaskState<T> {

    /** The task, at the attempt that is running or, if none is, the next one. */
    Task<T> task();

    /** The error of the last failed attempt. */
    @Nullable
    TaskError lastError();

    /** Ready to be leased. */
    record Pending<T>(Task<T> task, @Nullable TaskError lastError, @Nullable OwnershipToken lastToken)
            implements TaskState<T> {

        /** @param deadline by the ticker; {@code expiresAt} is the same moment by the clock */
        Leased<T> lease(UUID leaseId, long now, long deadline, Instant expiresAt) {
            OwnershipToken token = new OwnershipToken(task.id().sequenceId(), task.attempt(), leaseId);
            return new Leased<>(task, lastError, token, now, deadline, expiresAt);
        }
    }

    /** Leased to a worker until the deadline. */
    record Leased<T>(
            Task<T> task,
            @Nullable TaskError lastError,
            OwnershipToken token,
            long renewedAt,
            long deadline,
            Instant expiresAt)
            implements TaskState<T> {

        Leased<T> renewed(long now, long laterDeadline, Instant laterExpiresAt) {
            return new Leased<>(task, lastError, token, now, laterDeadline, laterExpiresAt);
        }

        /** The attempt failed, and another one follows. */
        Delayed<T> failed(TaskError error, long due) {
            return new Delayed<>(task.nextAttempt(), error, token, due);
        }

        /** The lease expired or was revoked, and another attempt follows. */
        Delayed<T> expired(long due) {
            return new Delayed<>(task.nextAttempt(), lastError, token, due);
        }

        /** No further attempt follows. */
        Dead<T> dead(@Nullable TaskError error) {
            return new Dead<>(task, error, token);
        }
    }

    /** Waits for the requeue delay to pass. */
    record Delayed<T>(Task<T> task, @Nullable TaskError lastError, OwnershipToken lastToken, long due)
            implements TaskState<T> {

        Pending<T> requeued() {
            return new Pending<>(task, lastError, lastToken);
        }
    }

    /** Gets no further attempt. */
    record Dead<T>(Task<T> task, @Nullable TaskError lastError, OwnershipToken lastToken) implements TaskState<T> {}
}
