package io.taskqueue.console.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which parked tasks of a sink are meant.
 *
 * @param sink the sink
 * @param queueName only tasks of this queue; null for all
 * @param taskId only this task; null for all
 * @param text only tasks whose identity or error contains this; null for all
 * @param state only tasks in this state; null for all that are parked or ambiguous
 * @param limit at most so many are listed, 1 to 1,000
 * @param after where the last part ended; null for the first
 */
public record ParkedQuery(
        String sink,
        @Nullable String queueName,
        @Nullable String taskId,
        @Nullable String text,
        @Nullable String state,
        int limit,
        @Nullable String after) {

    /** The states of parked tasks. */
    public static final List<String> STATES = List.of("parked", "ambiguous", "redriven", "discarded");
}
