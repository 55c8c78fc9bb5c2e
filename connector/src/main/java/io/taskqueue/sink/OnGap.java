package io.taskqueue.sink;

/** What a sink does if events of a queue are missing. In both cases the queue is marked diverged until an operator clears it. */
public enum OnGap {
    /** The sink continues with the next available event. */
    CONTINUE,
    /** The sink stops before that event, also after each restart, until it is configured to continue. */
    HALT
}
