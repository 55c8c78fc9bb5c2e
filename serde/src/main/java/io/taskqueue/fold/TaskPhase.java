package io.taskqueue.fold;

/** Where a task is, after its latest event. */
public enum TaskPhase {
    /** Ready to be leased. */
    PENDING,
    /** An attempt has ended and the next one follows, once the requeue delay has passed. */
    DELAYED,
    /** Leased to a worker. */
    LEASED,
    /** Gets no further attempt. */
    DEAD,
    /** Handed to the caller of a drain, or left over when the queue was closed. */
    DRAINED;

    /** Whether the queue still has to finish the task. */
    public boolean live() {
        return this == PENDING || this == DELAYED || this == LEASED;
    }
}
