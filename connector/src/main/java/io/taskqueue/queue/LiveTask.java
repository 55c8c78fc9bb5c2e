package io.taskqueue.queue;

import org.jspecify.annotations.Nullable;

/** A task that the queue holds: its state, and what goes with it through its states. Guarded by the queue's lock. */
final class LiveTask<T> {

    /** What the journal's encode made of the payload, reused by every event of the task. */
    final byte[] payload;

    TaskState<T> state;

    /** Places in the journal reserved for events of this task: none while pending, two while leased, one while delayed. */
    int places;

    /** The grant that holds the task, while it is leased. */
    @Nullable
    Grant<T> grant;

    /** Where the task stands in the one {@link DeadlineQueue} that it is in. */
    @Nullable
    LiveTask<T> earlier;

    @Nullable
    LiveTask<T> later;

    LiveTask(TaskState.Pending<T> state, byte[] payload, int places) {
        this.state = state;
        this.payload = payload;
        this.places = places;
    }

    /** Tells the holder of the lease, if there is one, how it ended. */
    void endLease(LeaseEnding ending) {
        Grant<T> ended = grant;
        if (ended != null) {
            ended.ending = ending;
            grant = null;
        }
    }
}
