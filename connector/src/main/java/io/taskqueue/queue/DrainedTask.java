package io.taskqueue.queue;

import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A task that a queue returned when it was drained, with all that {@link TaskQueue#restore} needs to continue with it.
 *
 * @param task the task, at its next attempt
 * @param lastError the error of its last failed attempt, or null
 * @param lastToken the token of its last lease, or null if it had none
 * @param availableAt when a task may be leased that was enqueued with a delay and never leased; otherwise null
 */
public record DrainedTask<T>(
        Task<T> task,
        @Nullable TaskError lastError,
        @Nullable OwnershipToken lastToken,
        @Nullable Instant availableAt) {

    /** A task that can be leased once it is restored. */
    public DrainedTask(Task<T> task, @Nullable TaskError lastError, @Nullable OwnershipToken lastToken) {
        this(task, lastError, lastToken, null);
    }

    /**
     * @throws IllegalArgumentException if the payload of the task is not known, the token is not of an earlier attempt at the task, or a
     *     task that was leased before is not available
     */
    public DrainedTask {
        Objects.requireNonNull(task, "task");
        if (!task.hasPayload()) {
            throw new IllegalArgumentException("A drained task has its payload, but that of task " + task.id()
                    + " is not known. Pass a task whose hasPayload() is true.");
        }
        if (lastToken != null
                && (lastToken.sequenceId() != task.id().sequenceId() || lastToken.attempt() >= task.attempt())) {
            throw new IllegalArgumentException(
                    "The last token of a drained task is from an earlier attempt at it, but task "
                            + task.id() + " at attempt " + task.attempt() + " was given that of task "
                            + lastToken.sequenceId() + ", attempt " + lastToken.attempt()
                            + ". Pass the token of the last lease, or null.");
        }
        if (availableAt != null && (lastToken != null || task.attempt() > 1)) {
            throw new IllegalArgumentException("Only a task that was never leased has a delay of its own, but task "
                    + task.id() + " at attempt " + task.attempt() + " with the last token " + lastToken
                    + " is to be available at " + availableAt + ". Pass null.");
        }
    }

    /**
     * Its state in a queue at this moment.
     *
     * @param at the time by the clock
     * @param now the same moment by the ticker
     */
    TaskState<T> state(Instant at, long now) {
        return availableAt == null
                ? new TaskState.Pending<>(task, lastError, lastToken)
                : TaskState.Delayed.enqueued(task, availableAt, at, now);
    }
}
