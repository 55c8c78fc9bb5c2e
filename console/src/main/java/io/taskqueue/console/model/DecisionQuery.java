package io.taskqueue.console.model;

import org.jspecify.annotations.Nullable;

/**
 * Which decisions of operators are meant.
 *
 * @param sink the sink
 * @param queueName only about tasks of this queue; null for all
 * @param taskId only about this task; null for all
 * @param text only about tasks whose identity contains this, or made by, with a reason or an outcome that contains it; null for all
 * @param action only {@code redrive} or {@code discard}; null for both
 * @param decision only the commands of one decision; null for all
 */
public record DecisionQuery(
        String sink,
        @Nullable String queueName,
        @Nullable String taskId,
        @Nullable String text,
        @Nullable String action,
        @Nullable String decision) {}
