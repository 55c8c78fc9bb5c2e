package io.taskqueue.queue;

import org.jspecify.annotations.Nullable;

/** A task that the queue holds: its state, and what stays with it through its states. Guarded by the queue's lock. */
final class LiveTask<T> {

    /** The payload as the journal encoded it; every event of the task reuses it. */
    final byte[] payload;

    TaskState<T> state;

    /** Places in the journal reserved for events of this task: none while pending, two while leased, one while delayed. */
    int places;

    /** The current lease, while the task is leased. */
    @Nullable
    Lease<T> lease;

    /** The task's neighbours in the one list of deadlines that it is in. */
    @Nullable
    LiveTask<T> earlier;

    @Nullable
    LiveTask<T> later;

    LiveTask(TaskState.Pending<T> state, byte[] payload, int places) {
        this.state = state;
        this.payload = payload;
        this.places = places;
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
