package io.taskqueue.console.model;

import com.fasterxml.jackson.annotation.JsonProperty;
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
 * @param lagSeconds how long ago the oldest of them occurred, at most; 0 without lag; null if it is unknown
 * @param appliedPerSecond the rate over the last minute, and in the first minute over the time since it was measured first
 * @param catchUp when the sink will have caught up at the present rates
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
        CatchUp catchUp,
        @Nullable String diverged) {

    /** The seconds until it will have caught up; 0 if it has; null if never, or if it is unknown. */
    @JsonProperty
    public @Nullable Double etaSeconds() {
        return catchUp.seconds();
    }
}
