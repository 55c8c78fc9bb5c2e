package io.taskqueue.benchmarks.paper;

/**
 * What a number of tasks a day needs, from figures that were measured on two cores (docs/performance.md) and from assumptions, each of
 * which is a constant here.
 *
 * @param tasksADay on average over the days
 */
record ScaleEstimate(double tasksADay) {

    /** Enqueued, LeaseGranted, Completed. */
    static final int EVENTS_OF_A_TASK = 3;

    /** Assumed: the busiest second of a day against the mean. */
    static final int PEAK = 5;

    /** Measured: bytes of a task with a payload of 340 bytes on one replica, not compressed. */
    static final int BYTES_NONE = 3_063;

    /** Measured: the same compressed by zstd. */
    static final int BYTES_ZSTD = 379;

    /** Assumed. */
    static final int REPLICAS = 3;

    /** Assumed: how many days the topic keeps. */
    static final int RETENTION_DAYS = 7;

    /** Events a second that a partition carries at peak: half of what one queue publishes on it (161,000 measured). */
    static final int PARTITION = 80_500;

    /** Events a second of a sink's instance at peak: half of what one applies with a recorded effect (80,200 measured). */
    static final int INSTANCE = 40_100;

    /** Assumed: bytes a second that a broker stores at peak, for its own partitions and as a replica. */
    static final double BROKER = 100e6;

    /** Assumed: results that a store restores in a second from its changelog. */
    static final int RESTORED = 100_000;

    private static final double SECONDS_OF_A_DAY = 86_400;
    private static final int FEWEST_BROKERS = 3;

    double peakTasks() {
        return PEAK * tasksADay / SECONDS_OF_A_DAY;
    }

    double peakEvents() {
        return EVENTS_OF_A_TASK * peakTasks();
    }

    /** On one replica. */
    double bytesADay(int bytesOfATask) {
        return tasksADay * bytesOfATask;
    }

    /** On all replicas, for as long as the topic keeps. */
    double diskBytes(int bytesOfATask) {
        return bytesADay(bytesOfATask) * REPLICAS * RETENTION_DAYS;
    }

    /** If queues were all alike; see {@link HotQueues} for those that are not. */
    int partitions() {
        return atLeast(1, peakEvents() / PARTITION);
    }

    int brokers(int bytesOfATask) {
        return atLeast(FEWEST_BROKERS, peakTasks() * bytesOfATask * REPLICAS / BROKER);
    }

    /** The processes with queues: one publishes what a partition carries. */
    int dispatchers() {
        return atLeast(1, peakEvents() / PARTITION);
    }

    /** The instances of a sink whose effects take no time. */
    int sinkInstances() {
        return atLeast(1, peakEvents() / INSTANCE);
    }

    /** Calls of 10 ms at once, for a sink that makes one for each task. */
    int concurrentCalls() {
        return atLeast(1, peakTasks() * 0.010);
    }

    /** The seconds in which an instance restores its part of the results, one for each task that the topic keeps. */
    double restoreSeconds() {
        return tasksADay * RETENTION_DAYS / sinkInstances() / RESTORED;
    }

    private static int atLeast(int fewest, double needed) {
        return Math.max(fewest, (int) Math.ceil(needed));
    }
}
