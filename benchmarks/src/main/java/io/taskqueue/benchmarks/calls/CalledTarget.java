package io.taskqueue.benchmarks.calls;

/** What is called in a round, and counts the calls. For one thread. */
public interface CalledTarget {

    /** Returns when the first call since the last report has arrived. */
    void awaitFirst() throws Exception;

    /**
     * The rates of the calls since the last report.
     *
     * @throws IllegalStateException if there were not that many calls, each with a key of its own
     */
    CallRates report(int expected) throws Exception;
}
