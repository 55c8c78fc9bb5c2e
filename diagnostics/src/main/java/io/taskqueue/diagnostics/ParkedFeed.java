package io.taskqueue.diagnostics;

import org.jspecify.annotations.Nullable;

/**
 * Where {@code /api/parked} gets what a sink has parked, and where it hands on what a person decides about it.
 *
 * <p>Thread-safe. Called on the request's thread, which may wait.
 */
public interface ParkedFeed {

    /** What a person decides. */
    enum Action {
        /** The task's events are applied again, in order. */
        REDRIVE,
        /** The task's first event is given up, and those behind it go on. */
        DISCARD
    }

    /**
     * A decision about one task.
     *
     * @param queue the queue that the task's events are in, or null for any
     * @param task the task, as {@link #parked} names it
     * @param by who decided it; may be empty for a redrive
     * @param reason why; may be empty for a redrive
     * @param following whether a discard gives up all of the task's parked events
     */
    record Decision(Action action, @Nullable String queue, String task, String by, String reason, boolean following) {}

    /**
     * What is parked, as one JSON value.
     *
     * @param queue only this queue; null for all
     * @param task only this task; null for all
     * @param payloads whether the tasks' payloads are shown
     * @throws IllegalArgumentException if a filter means nothing
     * @throws IllegalStateException if that cannot be read now
     */
    String parked(@Nullable String queue, @Nullable String task, boolean payloads);

    /**
     * Hands a decision on; it takes effect some time later.
     *
     * @return what was handed on, as one JSON value
     * @throws java.util.NoSuchElementException if no such task is parked
     * @throws IllegalArgumentException if the decision is not complete
     * @throws IllegalStateException if it cannot be handed on now
     */
    String decide(Decision decision) throws InterruptedException;
}
