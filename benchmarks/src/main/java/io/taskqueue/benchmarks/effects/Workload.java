package io.taskqueue.benchmarks.effects;

import java.time.Duration;

/**
 * What a candidate does in a round: one call for each event of a topic.
 *
 * @param topic a topic with one partition, whose record at offset n is the event with sequence n; SourceStarted has offset 0
 * @param events the number of events after SourceStarted
 * @param call the duration of each call; zero does nothing
 */
public record Workload(String topic, int events, Duration call) {

    /** The number of events that each candidate applies concurrently. */
    public static final int CONCURRENCY = 64;
}
