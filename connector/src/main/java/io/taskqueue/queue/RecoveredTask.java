package io.taskqueue.queue;

import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A live task of a queue that has ended or was lost, as its latest event states it, for {@link TaskQueue#recover}. Its parts show
 * its state:
 *
 * <pre>
 *   state     token               lease expiration   available at
 *   leased    this attempt        yes                –
 *   delayed   previous attempt    –                  yes
 *   pending   optional, older     –                  –
 * </pre>
 *
 * @param task the task, at the attempt that was running or comes next
 * @param lastError the error of the last attempt that ended, or null
 * @param token the token of the lease or, where there is none, of the last one; null if there was none
 * @param leaseExpiration when the lease expires that a worker of the earlier queue may still hold, or null
 * @param availableAt when the next attempt may begin, or null
 */
public record RecoveredTask<T>(
        Task<T> task,
        @Nullable TaskError lastError,
        @Nullable OwnershipToken token,
        @Nullable Instant leaseExpiration,
        @Nullable Instant availableAt) {

    /** @throws IllegalArgumentException if the parts show none of the states; the message names the task and the parts */
    public RecoveredTask {
        Objects.requireNonNull(task, "task");
        if (!isValid(task, token, leaseExpiration, availableAt)) {
            throw new IllegalArgumentException(
                    "A recovered task is leased (token of its attempt, lease expiration), delayed "
                            + "(token of the attempt before, time at which it is available) or pending (neither time; the token, "
                            + "if any, of an earlier attempt), but task " + task.id() + " at attempt " + task.attempt()
                            + " was given the token " + token + ", the lease expiration " + leaseExpiration
                            + ", and is available at " + availableAt + ". Pass the parts of the task's latest event.");
        }
    }

    private static boolean isValid(
            Task<?> task,
            @Nullable OwnershipToken token,
            @Nullable Instant leaseExpiration,
            @Nullable Instant availableAt) {
        if (token != null && token.sequenceId() != task.id().sequenceId()) {
            return false;
        }
        if (leaseExpiration != null) {
            return availableAt == null && token != null && token.attempt() == task.attempt();
        }
        if (availableAt != null) {
            return token != null && token.attempt() == task.attempt() - 1;
        }
        return token == null || token.attempt() < task.attempt();
    }
}
