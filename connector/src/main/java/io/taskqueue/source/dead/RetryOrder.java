package io.taskqueue.source.dead;

import io.taskqueue.event.Position;
import io.taskqueue.event.QueueName;
import io.taskqueue.event.TaskId;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * An operator's order to retry dead tasks of a queue. The owner of the queue executes it once; if the queue has none at the moment, the next
 * one does.
 *
 * <p>A record of the registry topic. Key: see {@code RegistryKey}; value: a JSON object
 *
 * <pre>
 *   {"orderId":…, "queueName":…, "topic":…, "partition":…, "offset":…, "position":"epoch/sequence", "orderedBy":…, "orderedAt":…,
 *    "tasks":[{"task":"queue/epoch/sequence", "position":"epoch/sequence", "offset":…}, …]}
 * </pre>
 *
 * <p>Once the order is executed, its {@link RetryResult} replaces it under the same key. Fields are only ever added; a reader ignores
 * those it does not know.
 *
 * @param id unique to the order
 * @param queueName the queue
 * @param readUpTo up to where the queue's partition was read: the tasks were dead there
 * @param tasks at most {@value #MAX_TASKS}
 * @param by who ordered it
 * @param at when
 */
public record RetryOrder(UUID id, String queueName, ReadUpTo readUpTo, List<OrderedTask> tasks, String by, Instant at) {

    /** How many tasks one order contains at most. */
    public static final int MAX_TASKS = 500;

    /** @throws IllegalArgumentException if it has no task, or too many */
    public RetryOrder {
        Objects.requireNonNull(id, "id");
        QueueName.require(queueName);
        Objects.requireNonNull(readUpTo, "readUpTo");
        tasks = List.copyOf(tasks);
        Objects.requireNonNull(by, "by");
        Objects.requireNonNull(at, "at");
        if (tasks.isEmpty() || tasks.size() > MAX_TASKS) {
            throw new IllegalArgumentException("An order to retry dead tasks contains 1 to " + MAX_TASKS
                    + " of them, but this one of queue " + queueName + " has " + tasks.size()
                    + ". Order the others separately.");
        }
    }

    /**
     * Where reading a partition ended.
     *
     * @param topic the event topic
     * @param partition the queue's partition
     * @param offset the offset at which reading ended, itself not read
     * @param position the position of the last event of the queue before it
     */
    public record ReadUpTo(String topic, int partition, long offset, Position position) {

        public ReadUpTo {
            Objects.requireNonNull(topic, "topic");
            Objects.requireNonNull(position, "position");
        }
    }

    /**
     * A task to retry.
     *
     * @param task its identity
     * @param position the position of the event that made it dead
     * @param offset the offset of that event
     */
    public record OrderedTask(TaskId task, Position position, long offset) {

        public OrderedTask {
            Objects.requireNonNull(task, "task");
            Objects.requireNonNull(position, "position");
        }
    }
}
