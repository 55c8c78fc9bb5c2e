package io.taskqueue.console.model;

import java.util.List;

/**
 * Sinks, as their topics show them, and the owners of queues.
 *
 * <p>Thread-safe. What it returns is at most a few seconds old, and each call may see a newer state, unless it asks
 * one {@link #moment}; methods that throw {@link java.util.concurrent.TimeoutException} ask Kafka.
 */
public interface SinkIndex extends Sinks, AutoCloseable {

    /** All that was found last: what several questions to it return is of one moment. */
    Sinks moment();

    /**
     * Parked tasks.
     *
     * @throws IllegalArgumentException if the query is invalid
     * @throws java.util.NoSuchElementException if there is no such sink
     * @throws UnknownAnswerException if its parked tasks are unknown
     */
    Page<ParkedView> parked(ParkedQuery query, boolean showPayloads);

    /**
     * Decisions of operators about parked tasks, the newest first, as far as the sink's control topic and the index keep them.
     *
     * @throws java.util.NoSuchElementException if there is no such sink
     * @throws UnknownAnswerException if its decisions are unknown
     */
    List<DecisionView> decisions(DecisionQuery query);

    /**
     * What all sinks hold of a task.
     *
     * @param show whether results and payloads are shown
     * @throws IllegalStateException if Kafka refuses to let results be read
     */
    TaskAtSinks atSinks(TaskLife task, boolean show) throws InterruptedException, java.util.concurrent.TimeoutException;

    /**
     * What a replay would do. Changes nothing.
     *
     * @throws IllegalArgumentException if the request is invalid
     * @throws java.util.NoSuchElementException if there is no such sink
     * @throws IllegalStateException if Kafka refuses to answer
     */
    ReplayEstimate plan(ReplayRequest request) throws InterruptedException, java.util.concurrent.TimeoutException;

    /**
     * Decides about the parked tasks that a query selects, whatever its limit, and does not wait until the sink has carried it out.
     *
     * @throws IllegalArgumentException if the query or the decision is invalid
     * @throws java.util.NoSuchElementException if there is no such sink
     * @throws UnknownAnswerException if its parked tasks are unknown
     */
    ParkedDecision.Outcome decide(ParkedQuery query, ParkedDecision decision)
            throws InterruptedException, java.util.concurrent.TimeoutException;

    @Override
    void close();
}
