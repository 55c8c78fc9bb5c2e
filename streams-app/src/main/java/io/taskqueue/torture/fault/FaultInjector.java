package io.taskqueue.torture.fault;

/** Injects the faults of one lane, one at a time. What it waits for, it waits for within a bound. */
public interface FaultInjector {

    /** Injects a fault, and returns when it has ended and what it concerns has started again. */
    void inject(Fault fault) throws Exception;

    /** Starts what has ended by itself. Called often, between faults. */
    void keepRunning() throws Exception;
}
