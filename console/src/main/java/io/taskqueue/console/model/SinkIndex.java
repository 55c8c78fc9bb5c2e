package io.taskqueue.console.model;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sinks, as their topics show them, and the owners of queues.
 *
 * <p>Thread-safe. What it returns is at most a few seconds old; methods that throw {@link java.util.concurrent.TimeoutException} ask Kafka.
 */
public interface SinkIndex extends AutoCloseable {

    /** How current it is. */
    ViewProgress progress();

    /** All sinks, by name. */
    List<SinkView> sinks();

    /** The positions of a sink, by queue; of all sinks of a queue; or all. */
    List<SinkPosition> positions(@Nullable String sink, @Nullable String queueName);

    /** The owner of a queue. */
    Optional<QueueOwner> owner(String queueName);

    /** What is wrong with a queue. */
    List<Badge> problems(QueueView queue);

    /**
     * Parked tasks.
     *
     * @throws IllegalArgumentException if the query is invalid
     * @throws java.util.NoSuchElementException if there is no such sink
     * @throws IllegalStateException if its parked tasks are unknown
     */
    Page<ParkedView> parked(ParkedQuery query, boolean showPayloads);

    /** What all sinks have recorded of the effects of a task. */
    List<TaskEffect> effects(TaskLife task, boolean showResults)
            throws InterruptedException, java.util.concurrent.TimeoutException;

    /**
     * The latest replay of each partition.
     *
     * @throws java.util.NoSuchElementException if there is no such sink
     */
    List<ReplayView> replays(String sink);

    /**
     * What a replay would do. Changes nothing.
     *
     * @throws IllegalArgumentException if the request is invalid
     * @throws java.util.NoSuchElementException if there is no such sink
     */
    ReplayEstimate plan(ReplayRequest request) throws InterruptedException, java.util.concurrent.TimeoutException;

    /**
     * Decides about the parked tasks that a query selects, whatever its limit, and does not wait until the sink has carried it out.
     *
     * @throws IllegalArgumentException if the query or the decision is invalid
     * @throws java.util.NoSuchElementException if there is no such sink
     * @throws IllegalStateException if its parked tasks are unknown
     */
    ParkedDecision.Outcome decide(ParkedQuery query, ParkedDecision decision)
            throws InterruptedException, java.util.concurrent.TimeoutException;

    @Override
    void close();
}
