package io.taskqueue.testkit.kafka;

/** Who uses a cluster that a test class asks for. */
public enum Sharing {
    /** The test class alone, with its nested classes: it starts with an empty cluster. */
    CLASS,
    /**
     * All test classes of the run that ask for the same, one after the other or side by side: it starts once and ends with the run. Use
     * names of topics, queues and sinks that no other class uses.
     */
    SUITE
}
