package io.taskqueue.streams;

import java.util.function.Supplier;

/**
 * What the processors of all partitions share.
 *
 * @param cluster what the cluster says
 */
record SinkParts<T>(
        SinkSettings<T> settings, StreamThread thread, Workers workers, Watched watched, Cluster<T> cluster) {

    /** What the stream thread does beside processing: it commits, brings workers to rest, and polls. */
    record StreamThread(CommitMark mark, Quiesce quiesce, Pace pace) {

        StreamThread() {
            this(new CommitMark(), new Quiesce(), new Pace());
        }
    }

    /** Who applies events, and whether they may. */
    record Workers(WorkerThreads threads, Breaker breaker) {}

    /** What those see who watch the sink. */
    record Watched(SinkProgress progress, Observers observers) {}

    /**
     * What the cluster says.
     *
     * @param facts of the event topic, read now and then
     * @param moved of the group's committed offsets, read when a partition is taken over
     * @param polled of records, which are decoded on their way to the processor
     */
    record Cluster<T>(Supplier<TopicFacts> facts, MovedOffsets moved, Polled<T> polled) {}

    CommitMark mark() {
        return thread.mark();
    }

    Quiesce quiesce() {
        return thread.quiesce();
    }

    Pace pace() {
        return thread.pace();
    }

    /** What the cluster said last of the event topic. */
    TopicFacts facts() {
        return cluster.facts().get();
    }
}
