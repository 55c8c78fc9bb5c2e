package io.taskqueue.event;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A task in its state at an event.
 *
 * @param id its identity
 * @param attempt the running attempt or, if none is running, the next one; numbered from 1
 * @param enqueuedAt when it was first enqueued
 * @param payload the work to do; never null
 * @param key the caller's key, under which a queue holds at most one new task at a time, or null; at most {@value #MAX_KEY_BYTES}
 *     bytes of UTF-8
 */
public record Task<T>(TaskId id, int attempt, Instant enqueuedAt, T payload, @Nullable String key) {

    /** The length of the longest key, in bytes of UTF-8. */
    public static final int MAX_KEY_BYTES = NameRule.MAX_BYTES;

    /**
     * @throws IllegalArgumentException if the attempt is below 1; or if the key is empty, longer than {@value #MAX_KEY_BYTES} bytes
     *     of UTF-8, or contains an unpaired surrogate
     */
    public Task {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(enqueuedAt, "enqueuedAt");
        Objects.requireNonNull(payload, "payload");
        if (key != null) {
            requireKey(key);
        }
        if (attempt < 1) {
            throw new IllegalArgumentException(
                    "Attempts are numbered from 1, but task " + id + " has attempt " + attempt + ".");
        }
    }

    /** A task without a key. */
    public Task(TaskId id, int attempt, Instant enqueuedAt, T payload) {
        this(id, attempt, enqueuedAt, payload, null);
    }

    /**
     * Returns the key if it is valid.
     *
     * @throws IllegalArgumentException as the constructor
     */
    public static String requireKey(String key) {
        return NameRule.require("task key", "order-4711", key);
    }

    /** The same task with its next attempt. */
    public Task<T> nextAttempt() {
        return new Task<>(id, attempt + 1, enqueuedAt, payload, key);
    }
}
