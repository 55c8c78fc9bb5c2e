package io.taskqueue.source.dead;

import io.taskqueue.event.Position;
import io.taskqueue.event.QueueName;
import io.taskqueue.event.TaskId;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * What became of a {@link RetryOrder}, written by the owner of the queue that executed it.
 *
 * <p>A record of the registry topic, under the key of the order; value: a JSON object
 *
 * <pre>
 *   {"orderId":…, "queueName":…, "executedBy":…, "epoch":…, "executedAt":…,
 *    "tasks":[{"task":"queue/epoch/sequence", "restored":"epoch/sequence"},
 *             {"task":"queue/epoch/sequence", "refused":"reason"}, …]}
 * </pre>
 *
 * <p>Of the results of a queue, the newest {@value #KEPT} are kept.
 *
 * @param orderId the order
 * @param queueName the queue
 * @param executedBy the named process that owned the queue
 * @param epoch the epoch of its source
 * @param executedAt when, by its clock
 * @param tasks the tasks of the order
 */
public record RetryResult(
        UUID orderId, String queueName, String executedBy, long epoch, Instant executedAt, List<TaskOutcome> tasks) {

    /** How many results of a queue the registry keeps. */
    public static final int KEPT = 32;

    public RetryResult {
        Objects.requireNonNull(orderId, "orderId");
        QueueName.require(queueName);
        Objects.requireNonNull(executedBy, "executedBy");
        Objects.requireNonNull(executedAt, "executedAt");
        tasks = List.copyOf(tasks);
    }

    /** What became of a task of an order. */
    public sealed interface TaskOutcome {

        TaskId task();
    }

    /**
     * The task is in the queue again.
     *
     * @param position the position of its Restored event
     */
    public record Restored(TaskId task, Position position) implements TaskOutcome {

        public Restored {
            Objects.requireNonNull(task, "task");
            Objects.requireNonNull(position, "position");
        }
    }

    /**
     * The task was not retried.
     *
     * @param reason a sentence that states why
     */
    public record Refused(TaskId task, String reason) implements TaskOutcome {

        public Refused {
            Objects.requireNonNull(task, "task");
            Objects.requireNonNull(reason, "reason");
        }
    }

    /** How many tasks were restored. */
    public long restored() {
        return tasks.stream().filter(Restored.class::isInstance).count();
    }
}
