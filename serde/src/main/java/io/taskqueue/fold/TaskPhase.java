package io.taskqueue.fold;

/** Where a task is, after its latest event. */
public enum TaskPhase {
    /** Ready to be leased. */
    PENDING,
    /** The next attempt follows once a delay has passed: that of the enqueue, or the requeue delay after an attempt. */
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
