package io.taskqueue.benchmarks.peers.contender;

/** The processes that keep the tasks of contenders. */
public interface TaskServer {

    /** The CPU time that it has used, in microseconds. */
    double cpuMicros() throws Exception;

    /** The bytes that it has written for tasks and still keeps, or needs for a recovery. */
    long bytes() throws Exception;

    /** Deletes what the contenders of a round have left. */
    void clear() throws Exception;
}
