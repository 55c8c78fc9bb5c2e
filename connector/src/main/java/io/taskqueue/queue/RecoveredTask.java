package io.taskqueue.queue;

import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import java.time.Duration;
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
 *   delayed   previous attempt,   –                  yes
 *             or – before the first
 *   pending   optional, older     –                  –
 * </pre>
 *
 * @param task the task, at the attempt that was running or comes next
 * @param lastError the error of the last attempt that ended, or null
 * @param token the token of the lease or, of a task that is not leased, of the last one; null if it was never leased
 * @param leaseExpiration when the lease expires that a worker of the earlier queue may still hold, or null
 * @param availableAt when the next attempt may begin, or null
 */
public record RecoveredTask<T>(
        Task<T> task,
        @Nullable TaskError lastError,
        @Nullable OwnershipToken token,
        @Nullable Instant leaseExpiration,
        @Nullable Instant availableAt) {

    /**
     * @throws IllegalArgumentException if the payload of the task is not known, or the parts show none of the states; the message names the
     *     task and the parts
     */
    public RecoveredTask {
        Objects.requireNonNull(task, "task");
        if (!task.hasPayload()) {
            throw new IllegalArgumentException("A recovered task has its payload, but that of task " + task.id()
                    + " is not known. Pass a task whose hasPayload() is true.");
        }
        if (!isValid(task, token, leaseExpiration, availableAt)) {
            throw new IllegalArgumentException(
                    "A recovered task is leased (token of its attempt, lease expiration), delayed "
                            + "(token of the attempt before, none before the first, time at which it is available) or pending (neither time; the token, "
                            + "if any, of an earlier attempt), but task " + task.id() + " at attempt " + task.attempt()
                            + " was given the token " + token + ", the lease expiration " + leaseExpiration
                            + ", and is available at " + availableAt + ". Pass the parts of the task's latest event.");
        }
    }

    /**
     * Its state in a queue at this moment. What the clock said then becomes a deadline by the ticker here, once, and later jumps of the
     * clock do not move it. A clock that is behind that of the earlier queue does not extend it either: a lease lasts no longer than the
     * queue's lease duration from now on, a delay no longer than the longer of requeue delay and lease duration, and the delay of an enqueue
     * no longer than it was as a whole.
     *
     * @param at the time by the clock
     * @param now the same moment by the ticker
     */
    TaskState<T> state(QueueSettings.Timing timing, Instant at, long now) {
        if (leaseExpiration != null && token != null) {
            Deadline until = Deadline.stated(leaseExpiration, timing.lease(), at, now);
            return new TaskState.Leased<>(task, lastError, token, now, until.nanos(), until.at());
        }
        if (availableAt != null && token != null) {
            Duration longest =
                    timing.requeueDelay().compareTo(timing.lease()) > 0 ? timing.requeueDelay() : timing.lease();
            Deadline until = Deadline.stated(availableAt, longest, at, now);
            return new TaskState.Delayed<>(task, lastError, token, until.nanos(), until.at());
        }
        return availableAt == null
                ? new TaskState.Pending<>(task, lastError, token)
                : TaskState.Delayed.enqueued(task, availableAt, at, now);
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
            return token == null ? task.attempt() == 1 : token.attempt() == task.attempt() - 1;
        }
        return token == null || token.attempt() < task.attempt();
    }
}
