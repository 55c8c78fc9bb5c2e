package io.taskqueue.fold;

import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Position;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A task after its latest event.
 *
 * @param task the task, at the attempt that is running or comes next; of a dead one, the last attempt. Without its payload, if none of the
 *     events that the fold has taken had it
 * @param phase where it is
 * @param lastError the error of the last attempt that ended, or null. A leased task does not carry it in its latest event: null there,
 *     too, if the fold started behind the event that did
 * @param token the token of the current lease or, where none is, of the last one; null if there was none
 * @param leaseExpiration when the current lease expires, by the latest event; null if there is none
 * @param availableAt when the next attempt may begin, of a task that waits for it, or that was handed over while it waited; otherwise
 *     null. Where the events do not state it, the time at which the last attempt ended
 * @param latest the position of the latest event
 */
public record FoldedTask<T>(
        Task<T> task,
        TaskPhase phase,
        @Nullable TaskError lastError,
        @Nullable OwnershipToken token,
        @Nullable Instant leaseExpiration,
        @Nullable Instant availableAt,
        Position latest) {

    public FoldedTask {
        Objects.requireNonNull(task, "task");
        Objects.requireNonNull(phase, "phase");
        Objects.requireNonNull(latest, "latest");
    }
}
