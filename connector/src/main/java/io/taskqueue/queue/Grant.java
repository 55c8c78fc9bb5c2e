package io.taskqueue.queue;

import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the queue knows of one lease that it granted, also after it ended. */
final class Grant<T> {

    final long number;
    final LiveTask<T> live;
    final Task<T> task;
    final OwnershipToken token;
    final @Nullable TaskError lastError;

    /** Written inside the lock, read anywhere. */
    volatile Instant expiresAt;

    /** How the lease ended, or null while it lasts. Guarded by the lock. */
    @Nullable
    LeaseEnding ending;

    Grant(long number, LiveTask<T> live, TaskState.Leased<T> leased) {
        this.number = number;
        this.live = live;
        this.task = leased.task();
        this.token = leased.token();
        this.lastError = leased.lastError();
        this.expiresAt = leased.expiresAt();
    }

    @Override
    public String toString() {
        return "Lease L-" + number + " on task " + task.id().sequenceId();
    }
}
