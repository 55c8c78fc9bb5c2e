package io.taskqueue.console.model;

import org.jspecify.annotations.Nullable;

/**
 * How far a sink has come with a queue.
 *
 * @param sink the sink
 * @param queueName the queue
 * @param epoch the epoch of the newest position up to which everything is applied or parked
 * @param sequence the sequence number of that position
 * @param inFlight events behind it that were read
 * @param parked parked events of the queue; null if they are unknown
 * @param lagEvents events of the queue that are not applied; null as long as its newest event is unknown
 * @param lagSeconds how long ago the oldest of them occurred, at most; 0 if there is none; null if it is unknown
 * @param appliedPerSecond the rate over the last minute
 * @param etaSeconds when the sink will have caught up at the present rates; 0 if it has; null if never, or if it is unknown
 * @param diverged what is missing, as text, or null
 */
public record SinkPosition(
        String sink,
        String queueName,
        long epoch,
        long sequence,
        long inFlight,
        @Nullable Long parked,
        @Nullable Long lagEvents,
        @Nullable Double lagSeconds,
        double appliedPerSecond,
        @Nullable Double etaSeconds,
        @Nullable String diverged) {}
