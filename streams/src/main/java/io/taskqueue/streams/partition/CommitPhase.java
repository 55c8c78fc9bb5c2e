package io.taskqueue.streams.partition;

/**
 * Whether Kafka Streams would commit a partition's task, and whether a pass of the stream thread is under way. A task commits only
 * if it has done something since its last commit; each pass ends with marking it, and the commit hook clears the mark.
 *
 * <pre>
 *                 beginPass            mark               endPass
 *   COMMITTED ---------------&gt; PASS ---------&gt; PASS_MARKED ---------&gt; MARKED
 *       ^  ^                    |  ^              |    ^                |  |
 *       |  +------ endPass -----+  +---- hook ----+    +-- beginPass ---+  |
 *       +----------------------------------- hook -------------------------+
 * </pre>
 *
 * <p>The hook runs outside of a pass where the task is about to commit, and within one where the record cache is flushed early.
 */
public enum CommitPhase {
    COMMITTED,
    PASS,
    PASS_MARKED,
    MARKED;

    CommitPhase beginPass() {
        return this == MARKED || this == PASS_MARKED ? PASS_MARKED : PASS;
    }

    CommitPhase mark() {
        return inPass() ? PASS_MARKED : MARKED;
    }

    CommitPhase endPass() {
        return this == PASS_MARKED || this == MARKED ? MARKED : COMMITTED;
    }

    /** What was written to the stores so far is flushed. */
    CommitPhase hook() {
        return inPass() ? PASS : COMMITTED;
    }

    boolean inPass() {
        return this == PASS || this == PASS_MARKED;
    }

    boolean marked() {
        return this == PASS_MARKED || this == MARKED;
    }
}
