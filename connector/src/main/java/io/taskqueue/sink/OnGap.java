package io.taskqueue.sink;

/** What a sink does where events of a queue are missing. Either way the queue is marked diverged until an operator clears it. */
public enum OnGap {
    /** It goes on with the next event there is. */
    CONTINUE,
    /** It stops before that event, and again at every start, until it is told to continue. */
    HALT
}
