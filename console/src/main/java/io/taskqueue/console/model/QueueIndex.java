package io.taskqueue.console.model;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Queues, tasks and their events, folded from the event topic.
 *
 * <p>Thread-safe. No method waits for Kafka, but {@link #life}.
 */
public interface QueueIndex extends AutoCloseable {

    /** How current it is. */
    ViewProgress progress();

    /** All queues, by name. Constant time: an immutable list that is at most a second old. */
    List<QueueView> queues();

    /** One queue, as in {@link #queues}. */
    Optional<QueueView> queue(String name);

    /** The depth and the rates of a queue over time, oldest first; as far as the index keeps them. */
    List<QueueSample> history(String queue);

    /**
     * A queue with its tasks, as {@link #queue}, {@link #history} and {@link #tasks} return them, but of one moment: the tasks of a phase are as many as
     * the queue has of it. Empty if the queue is not known.
     */
    Optional<QueueContents> contents(TaskQuery query);

    /** Tasks of a queue: all live ones, and ended ones as far as the index keeps them; newest changes first. */
    Page<TaskView> tasks(TaskQuery query);

    /**
     * Reads the events of a task from the event topic.
     *
     * @param taskId {@code QUEUE/EPOCH/SEQUENCE}
     * @return empty if the index does not know the task
     * @throws java.util.concurrent.TimeoutException if Kafka does not answer in time
     */
    Optional<TaskLife> life(String taskId, boolean showPayload)
            throws InterruptedException, java.util.concurrent.TimeoutException;

    /**
     * Passes events on as they are read, one at a time, on the thread that reads them: the consumer must not wait.
     *
     * @return ends it
     */
    AutoCloseable follow(Consumer<EventView> consumer);

    @Override
    void close();
}
