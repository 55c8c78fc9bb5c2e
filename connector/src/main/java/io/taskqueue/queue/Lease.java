package io.taskqueue.queue;

import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * The right of one worker to one attempt at a task, until it expires. End it once, by {@link #complete} or {@link #fail}.
 *
 * <p>A call on a lease that ran out, or that the queue revoked when it was drained or closed, throws {@link
 * LeaseLostException} and changes nothing; a second ending throws {@link IllegalStateException}; a call on a queue that was
 * stopped throws {@link QueueClosedException}. None of the calls waits. Thread-safe.
 *
 * @param <T> the payload's type
 */
public final class Lease<T> {

    private final TaskQueue<T> queue;
    private final Grant<T> grant;

    Lease(TaskQueue<T> queue, Grant<T> grant) {
        this.queue = queue;
        this.grant = grant;
    }

    /** The task, at this lease's attempt. */
    public Task<T> task() {
        return grant.task;
    }

    public T payload() {
        return grant.task.payload();
    }

    /** The attempt that this lease is for, counted from 1. */
    public int attempt() {
        return grant.task.attempt();
    }

    /** The fencing token: hand it to whatever the work writes to. */
    public OwnershipToken token() {
        return grant.token;
    }

    /** Why the last failed attempt before this one failed, if one did. */
    public Optional<TaskError> lastError() {
        return Optional.ofNullable(grant.lastError);
    }

    /** When the lease runs out if no heartbeat comes, by the queue's clock; of a lease that has ended, when it would have. */
    public Instant expiresAt() {
        return grant.expiresAt;
    }

    /**
     * Extends the lease by the queue's lease duration, counted from now. Does nothing within the heartbeat interval since the
     * grant or the last extension, so it may be called as often as is convenient.
     */
    public void heartbeat() {
        queue.heartbeat(grant);
    }

    /** Ends the lease: the task is done. */
    public void complete() {
        queue.complete(grant);
    }

    /** Ends the lease: the attempt failed. The task is tried again after the requeue delay, or is dead if this was the last. */
    public void fail(TaskError error) {
        fail(error, true);
    }

    /**
     * Ends the lease: the attempt failed.
     *
     * @param requeue whether the task is tried again, if it has attempts left; otherwise it is dead
     */
    public void fail(TaskError error, boolean requeue) {
        queue.fail(grant, Objects.requireNonNull(error, "error"), requeue);
    }

    /** The lease as messages name it. */
    @Override
    public String toString() {
        return grant + " of queue " + queue.name();
    }
}
