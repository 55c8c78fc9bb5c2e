package io.taskqueue.streams.execution;

/** Permits workers to begin jobs, and knows which threads run one. Thread-safe. */
public interface Admission {

    /** Begins a job on the current thread, unless nothing may begin now. */
    boolean enter();

    /** Ends the job of the current thread; an interruption that was meant for it is cleared. */
    void leave();

    /** Whether jobs may begin now. */
    boolean admits();

    /** Whether jobs never begin again and those that run are interrupted. */
    boolean revoked();
}
