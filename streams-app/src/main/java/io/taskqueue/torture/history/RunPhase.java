package io.taskqueue.torture.history;

/**
 * What a run does, one after the other.
 *
 * <pre>
 *   LOAD ---> QUIET ---> DRAINED ---> REPLAY ---> END
 * </pre>
 */
public enum RunPhase {
    /** Tasks are enqueued and faults injected. */
    LOAD,
    /** The faults have ended, and no task is enqueued any more. */
    QUIET,
    /** No task is live, and every sink has applied all events. Left out if that is not reached in time. */
    DRAINED,
    /** The offsets of every sink are moved to the beginning, for a complete replay. Left out if none is made. */
    REPLAY,
    /** All processes have ended. */
    END
}
