package io.taskqueue.event;

import java.time.Instant;
import java.util.Objects;

/**
 * A task as an event saw it.
 *
 * @param id its identity
 * @param attempt the attempt that is running or, where none is, the one that comes next; counted from 1
 * @param enqueuedAt when it was first put into a queue
 * @param payload what is to be done; never null
 */
public record Task<T>(TaskId id, int attempt, Instant enqueuedAt, T payload) {

    /** @throws IllegalArgumentException if the attempt is below 1 */
    public Task {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(enqueuedAt, "enqueuedAt");
        Objects.requireNonNull(payload, "payload");
        if (attempt < 1) {
            throw new IllegalArgumentException(
                    "Attempts are counted from 1, but task " + id + " is given attempt " + attempt + ".");
        }
    }

    /** The same task at its next attempt. */
    public Task<T> nextAttempt() {
        return new Task<>(id, attempt + 1, enqueuedAt, payload);
    }
}
