package io.taskqueue.event;

import java.time.Instant;
import java.util.Objects;

/**
 * A task in its state at an event.
 *
 * @param id its identity
 * @param attempt the running attempt or, if none is running, the next one; numbered from 1
 * @param enqueuedAt when it was first enqueued
 * @param payload the work to do; never null
 */
public record Task<T>(TaskId id, int attempt, Instant enqueuedAt, T payload) {

    /** @throws IllegalArgumentException if the attempt is below 1 */
    public Task {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(enqueuedAt, "enqueuedAt");
        Objects.requireNonNull(payload, "payload");
        if (attempt < 1) {
            throw new IllegalArgumentException(
                    "Attempts are numbered from 1, but task " + id + " has attempt " + attempt + ".");
        }
    }

    /** The same task with its next attempt. */
    public Task<T> nextAttempt() {
        return new Task<>(id, attempt + 1, enqueuedAt, payload);
    }
}
