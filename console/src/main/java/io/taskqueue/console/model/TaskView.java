package io.taskqueue.console.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A task as of its newest event.
 *
 * @param queueName the queue in which it is
 * @param taskId its identity, {@code QUEUE/EPOCH/SEQUENCE}
 * @param phase pending, delayed, leased, dead, drained, handed-over or completed
 * @param attempt the attempt that runs or comes next; of an ended task, the last one
 * @param enqueuedAt when it was enqueued
 * @param changedAt when its newest event occurred
 * @param leaseExpiration when its lease expires, or null
 * @param availableAt when its next attempt may begin, or null
 * @param lastError the error of its last failed attempt, or null
 * @param key the key given by the caller, or null
 * @param priority high, normal or low
 */
public record TaskView(
        String queueName,
        String taskId,
        String phase,
        int attempt,
        Instant enqueuedAt,
        Instant changedAt,
        @Nullable Instant leaseExpiration,
        @Nullable Instant availableAt,
        @Nullable String lastError,
        @Nullable String key,
        String priority) {

    /** How many of its attempts have failed, or ended with their lease. */
    @JsonProperty
    public int failedAttempts() {
        return phase.equals("dead") ? attempt : attempt - 1;
    }
}
