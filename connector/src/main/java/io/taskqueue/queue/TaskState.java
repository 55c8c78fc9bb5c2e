package io.taskqueue.queue;

import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The state of one task in the queue. Its methods are the only transitions:
 *
 * <pre>
 *              lease             renewed
 *   Pending ----------> Leased -----------> Leased
 *      ^                  |
 *      |     pending      |  failed, also by the loss of the lease
 *      +-------------- Delayed -----------> Dead
 *                                  dead
 * </pre>
 *
 * A completed or drained task has no state: it has left the queue.
 */
sealed interface TaskState<T> {

    /** The task, at the attempt that is running or, if none is, the next one. */
    Task<T> task();

    /** Why the last attempt before {@link #task} failed: its error, or the loss of its lease. */
    @Nullable
    TaskError lastError();

    /** The token of the current lease or, of a task that is not leased, of the last one; null if it was never leased. */
    @Nullable
    OwnershipToken lastToken();

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

        @Override
        public OwnershipToken lastToken() {
            return token;
        }

        Leased<T> renewed(long now, long laterDeadline, Instant laterExpiresAt) {
            return new Leased<>(task, lastError, token, now, laterDeadline, laterExpiresAt);
        }

        /**
         * The attempt failed, or its lease was lost.
         *
         * @param due by the ticker; {@code availableAt} is the same moment by the clock
         */
        Delayed<T> failed(TaskError error, long due, Instant availableAt) {
            return new Delayed<>(task.nextAttempt(), error, token, due, availableAt);
        }
    }

    /**
     * Waits for a delay to pass: that of its enqueue, if it has no token, or the requeue delay after an attempt that has failed, which may
     * be 0. The error of a recovered task may be unknown.
     */
    record Delayed<T>(
            Task<T> task,
            @Nullable TaskError lastError,
            @Nullable OwnershipToken lastToken,
            long due,
            Instant availableAt)
            implements TaskState<T> {

        /** A task that was enqueued with a delay and never leased: it waits no longer than the whole delay from now on. */
        static <T> Delayed<T> enqueued(Task<T> task, Instant availableAt, Instant at, long now) {
            Deadline until = Deadline.stated(availableAt, Duration.between(task.enqueuedAt(), availableAt), at, now);
            return new Delayed<>(task, null, null, until.nanos(), until.at());
        }

        Pending<T> pending() {
            return new Pending<>(task, lastError, lastToken);
        }

        /** No further attempt follows the one that failed. */
        Dead<T> dead() {
            return new Dead<>(
                    task.previousAttempt(),
                    lastError,
                    Objects.requireNonNull(lastToken, "a task that was never leased is not dead"));
        }
    }

    /** Gets no further attempt. */
    record Dead<T>(Task<T> task, @Nullable TaskError lastError, OwnershipToken lastToken) implements TaskState<T> {}
}
