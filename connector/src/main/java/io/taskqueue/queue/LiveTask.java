package io.taskqueue.queue;

import org.jspecify.annotations.Nullable;

/** A task that the queue holds: its state, and what stays with it through its states. Guarded by the queue's lock. */
final class LiveTask<T> {

    /** The payload as the journal encoded it; every event of the task reuses it. */
    byte[] payload;

    TaskState<T> state;

    /**
     * Places in the journal reserved for events of this task: none while pending, two while leased, one while delayed. A task that
     * was recovered as leased or delayed has none until it is leased.
     */
    int places;

    /** The number of the event of its last change. */
    long lastChange;

    /** The number of the event that made it pending, while it is in {@link PendingTasks}: that of its lease comes before it leaves. */
    long pendingSince;

    /** The current lease, while the task is leased. */
    @Nullable
    Lease<T> lease;

    /** The task's neighbours in the one {@link TaskList} that it is in. */
    @Nullable
    LiveTask<T> earlier;

    @Nullable
    LiveTask<T> later;

    /** The task of the same key that was added before this one: recovered tasks may share a key. */
    @Nullable
    LiveTask<T> olderOfKey;

    LiveTask(TaskState<T> state, byte[] payload) {
        this.state = state;
        this.payload = payload;
    }

    /** Ends the task's lease, if it has one. */
    void endLease(Lease.Ending ending) {
        Lease<T> ended = lease;
        if (ended != null) {
            ended.end(ending);
            lease = null;
        }
    }
}
