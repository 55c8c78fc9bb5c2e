package io.taskqueue.diagnostics;

import org.jspecify.annotations.Nullable;

/**
 * Lists the parked tasks of a sink for {@code /api/parked}, and sends the decisions of operators about them to the sink.
 *
 * <p>Thread-safe. Called on the thread of the request, and may block.
 */
public interface ParkedTaskOperations {

    /** What an operator decides. */
    enum Action {
        /** The task's events are applied again, in order. */
        REDRIVE,
        /** The task's first event is never applied, and the events behind it are. */
        DISCARD
    }

    /**
     * A decision about one task.
     *
     * @param queue the queue of the task's events, or null for any queue
     * @param task the task, as {@link #list} names it
     * @param by who decided; may be empty for a redrive
     * @param reason the reason; may be empty for a redrive
     * @param following whether a discard applies to all parked events of the task
     */
    record Decision(Action action, @Nullable String queue, String task, String by, String reason, boolean following) {}

    /**
     * The parked tasks, as one JSON value.
     *
     * @param queue only tasks of this queue; null for all
     * @param task only this task; null for all
     * @param payloads whether the tasks' payloads are included
     * @throws IllegalArgumentException if a filter is invalid
     * @throws IllegalStateException if the tasks cannot be read at the moment
     */
    String list(@Nullable String queue, @Nullable String task, boolean payloads);

    /**
     * Sends a decision to the sink, which carries it out later.
     *
     * @return what was sent, as one JSON value
     * @throws java.util.NoSuchElementException if no such task is parked
     * @throws IllegalArgumentException if the decision is incomplete
     * @throws IllegalStateException if it cannot be sent at the moment
     */
    String decide(Decision decision) throws InterruptedException;
}
