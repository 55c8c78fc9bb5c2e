package io.taskqueue.queue;

import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A task that a queue returned when it was drained, with all that {@link TaskQueue#restore} needs to continue with it.
 *
 * @param task the task, at its next attempt
 * @param lastError the error of its last failed attempt, or null
 * @param lastToken the token of its last lease, or null if it had none
 */
public record DrainedTask<T>(Task<T> task, @Nullable TaskError lastError, @Nullable OwnershipToken lastToken) {

    /** @throws IllegalArgumentException if the token is not of an earlier attempt at the task */
    public DrainedTask {
        Objects.requireNonNull(task, "task");
        if (lastToken != null
                && (lastToken.sequenceId() != task.id().sequenceId() || lastToken.attempt() >= task.attempt())) {
            throw new IllegalArgumentException(
                    "The last token of a drained task is from an earlier attempt at it, but task "
                            + task.id() + " at attempt " + task.attempt() + " was given that of task "
                            + lastToken.sequenceId() + ", attempt " + lastToken.attempt()
                            + ". Pass the token of the last lease, or null.");
        }
    }
}
