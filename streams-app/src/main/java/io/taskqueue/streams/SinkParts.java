package io.taskqueue.streams;

import java.util.function.Supplier;

/**
 * What the processors of all partitions share.
 *
 * @param facts what the cluster says of the event topic, read now and then
 */
record SinkParts<T>(
        SinkSettings<T> settings,
        CommitMark mark,
        Quiesce quiesce,
        Workers workers,
        Watched watched,
        Supplier<TopicFacts> facts) {

    /** Who applies events, and whether they may. */
    record Workers(WorkerThreads threads, Breaker breaker) {}

    /** What those see who watch the sink. */
    record Watched(SinkProgress progress, Observers observers) {}
}
