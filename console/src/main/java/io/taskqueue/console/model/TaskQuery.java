package io.taskqueue.console.model;

import org.jspecify.annotations.Nullable;

/**
 * Which tasks of a queue are listed.
 *
 * @param queueName the queue
 * @param phase only tasks in this phase; null for all
 * @param minFailed only tasks of which at least so many attempts have failed; 0 for all
 * @param text only tasks whose identity, key or last error contains this; null for all
 * @param limit at most so many, 1 to 1,000
 * @param after where the last part ended; null for the first
 */
public record TaskQuery(
        String queueName,
        @Nullable String phase,
        int minFailed,
        @Nullable String text,
        int limit,
        @Nullable String after) {

    /** Of tasks however many of their attempts have failed. */
    public TaskQuery(
            String queueName, @Nullable String phase, @Nullable String text, int limit, @Nullable String after) {
        this(queueName, phase, 0, text, limit, after);
    }
}
