package io.taskqueue.streams.execution;

import io.taskqueue.event.TaskId;

/** One unit of work of a {@link KeyedExecutor}: an event of a task. */
public interface Job {

    /** The task that the job belongs to: jobs of one task run in order. */
    TaskId task();

    /** Whether the job may call the target, so that it waits while the target is considered unavailable. */
    boolean callsTarget();

    /** The key whose rate the job counts for. */
    String limitKey();

    /** How many calls the latest attempt has made. */
    int calls();
}
