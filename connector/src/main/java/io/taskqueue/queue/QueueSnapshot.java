package io.taskqueue.queue;

import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A queue at one moment: what a fold of its events up to {@code lastEvent} results in. Immutable if the payloads are.
 *
 * @param name the queue's name
 * @param lastEvent the number of the last event, 0 before the first
 * @param tasks the leased, delayed, pending and dead tasks, in this order; leased ones in the order in which their leases expire; delayed ones
 *     in the order in which they become pending; pending ones in the order in which they became pending, which is that of their leases if
 *     they have the same priority; of the dead the last {@value #DEAD_KEPT}, in the order in which they died. Moments are those of the
 *     ticker; of two tasks with the same moment, the one comes first that was leased, renewed or delayed first
 * @param counts the counts of the queue
 */
public record QueueSnapshot<T>(String name, long lastEvent, List<Entry<T>> tasks, QueueCounts counts) {

    /** How many dead tasks a queue keeps for its snapshots. */
    public static final int DEAD_KEPT = 1_000;

    public QueueSnapshot {
        tasks = List.copyOf(tasks);
    }

    /** Where a task is. */
    public enum State {
        /** Ready to be leased. */
        PENDING,
        /** Waiting for the requeue delay to pass. */
        DELAYED,
        /** Leased to a worker. */
        LEASED,
        /** Gets no further attempt. */
        DEAD
    }

    /**
     * One task.
     *
     * @param task the task, at the attempt that is running or comes next; of a dead one, the last attempt
     * @param lastError the error of the last failed attempt, or null
     * @param token the token of the current lease or, where none is, of the last one; null if there was none
     * @param leaseExpiration when the current lease expires, or null if the task is not leased
     * @param availableAt when the next attempt of a delayed task may begin, otherwise null
     */
    public record Entry<T>(
            Task<T> task,
            State state,
            @Nullable TaskError lastError,
            @Nullable OwnershipToken token,
            @Nullable Instant leaseExpiration,
            @Nullable Instant availableAt) {}
}
