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
 * @param payload the work to do; null if it is not known here, see {@link #hasPayload()}
 * @param key the caller's key, under which a queue holds at most one new task at a time, or null; at most {@value #MAX_KEY_BYTES}
 *     bytes of UTF-8
 * @param firstAttempt the attempt from which on the queue counts those that the task has: 1 or, once the dead task was retried, the
 *     first one after that. Attempts keep their numbers, because a worker passes them on in its ownership token
 * @param trace the trace that it was enqueued in, the same in all its events and attempts, or null
 * @param priority whether it is leased before the other pending tasks, the same in all its events and attempts
 */
public record Task<T>(
        TaskId id,
        int attempt,
        Instant enqueuedAt,
        @Nullable T payload,
        @Nullable String key,
        int firstAttempt,
        @Nullable TraceContext trace,
        Priority priority) {

    /** The length of the longest key, in bytes of UTF-8. */
    public static final int MAX_KEY_BYTES = NameRule.MAX_BYTES;

    /**
     * @throws IllegalArgumentException if the attempt is below the first attempt, or that below 1; or if the key is empty, longer than {@value #MAX_KEY_BYTES} bytes
     *     of UTF-8, or contains an unpaired surrogate
     */
    public Task {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(enqueuedAt, "enqueuedAt");
        Objects.requireNonNull(priority, "priority");
        if (key != null) {
            requireKey(key);
        }
        if (attempt < 1) {
            throw new IllegalArgumentException(
                    "Attempts are numbered from 1, but task " + id + " has attempt " + attempt + ".");
        }
        if (firstAttempt < 1 || firstAttempt > attempt) {
            throw new IllegalArgumentException("The first attempt of a task is from 1 to its attempt, but task " + id
                    + " at attempt " + attempt + " has first attempt " + firstAttempt + ".");
        }
    }

    /** A task with a payload, without a key, that was never retried. */
    public Task(TaskId id, int attempt, Instant enqueuedAt, T payload) {
        this(id, attempt, enqueuedAt, payload, null);
    }

    /** A task with a payload that was never retried. */
    public Task(TaskId id, int attempt, Instant enqueuedAt, T payload, @Nullable String key) {
        this(id, attempt, enqueuedAt, payload, key, 1);
    }

    /** A task with a payload, without a trace, of {@linkplain Priority#NORMAL normal} priority. */
    public Task(TaskId id, int attempt, Instant enqueuedAt, T payload, @Nullable String key, int firstAttempt) {
        this(
                id,
                attempt,
                enqueuedAt,
                Objects.requireNonNull(payload, "payload"),
                key,
                firstAttempt,
                null,
                Priority.NORMAL);
    }

    /**
     * The work to do.
     *
     * @throws IllegalStateException if the payload is not known here
     */
    @Override
    public T payload() {
        T known = payload;
        if (known == null) {
            throw new IllegalStateException(
                    "The payload of task " + id + " is not known here: its source includes it in the"
                            + " task's first event only. Check hasPayload() and keep the payload of Enqueued and Restored, or have the"
                            + " source include it in each event: payload(PayloadInclusion.EVERY_EVENT).");
        }
        return known;
    }

    /**
     * Whether the payload is known here. It always is in a queue and in a lease; it is not in an event that its source published without it,
     * and after a fold that began behind the event that has it.
     */
    public boolean hasPayload() {
        return payload != null;
    }

    /** The same task with that payload. */
    public Task<T> withPayload(T known) {
        return new Task<>(
                id, attempt, enqueuedAt, Objects.requireNonNull(known, "payload"), key, firstAttempt, trace, priority);
    }

    /** The same task without its payload. */
    public Task<T> withoutPayload() {
        return new Task<>(id, attempt, enqueuedAt, null, key, firstAttempt, trace, priority);
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
        return new Task<>(id, attempt + 1, enqueuedAt, payload, key, firstAttempt, trace, priority);
    }

    /** The same task with its next attempt, from which on it has as many attempts as a new one. */
    public Task<T> retried() {
        return new Task<>(id, attempt + 1, enqueuedAt, payload, key, attempt + 1, trace, priority);
    }

    /** How many attempts the task has had, the running or next one included, since it was enqueued or retried. */
    public int attempts() {
        return attempt - firstAttempt + 1;
    }

    /** The same task in another trace. */
    public Task<T> inTrace(@Nullable TraceContext other) {
        return new Task<>(id, attempt, enqueuedAt, payload, key, firstAttempt, other, priority);
    }

    /** The same task with another priority. */
    public Task<T> withPriority(Priority other) {
        return new Task<>(id, attempt, enqueuedAt, payload, key, firstAttempt, trace, other);
    }

    /**
     * The same task with the attempt before this one.
     *
     * @throws IllegalArgumentException if this is the first attempt
     */
    public Task<T> previousAttempt() {
        return new Task<>(
                id, attempt - 1, enqueuedAt, payload, key, Math.min(firstAttempt, attempt - 1), trace, priority);
    }
}
