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
    /** Left for the next owner of the queue, which restores it. */
    HANDED_OVER,
    /** Handed to the caller of a drain. */
    DRAINED;

    /** Whether the queue still has to finish the task, by its current owner or the next one. */
    public boolean live() {
        return this == PENDING || this == DELAYED || this == LEASED || this == HANDED_OVER;
    }
}
