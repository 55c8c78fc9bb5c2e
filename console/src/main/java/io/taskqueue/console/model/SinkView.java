package io.taskqueue.console.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sink. What is unknown is null, never zero: its topic may not be read, is not read yet, or does not exist, because the consumer group is
 * not a sink.
 *
 * @param name its name
 * @param groupState the state of its consumer group
 * @param instances its running instances, as they report themselves
 * @param effects what its effects did, summed over the running instances; null if none reports it
 * @param inFlight events that were read and are not applied yet
 * @param parked its parked events
 * @param failed effects whose newest result is a recorded failure
 * @param ambiguous parked events whose effect has an unknown result
 * @param undecodable records that it could not decode
 * @param lagEvents events that it has not applied, of all queues together; where that is unknown, records that it has not read
 * @param lagSeconds the age of the oldest of them
 * @param catchUp when it will have caught up at the present rates
 * @param limit its rate limit; null if no running instance reports one
 * @param problems what is wrong with it, as text: diverged queues, changes of the log, an unavailable target
 */
public record SinkView(
        String name,
        String groupState,
        List<SinkInstanceView> instances,
        @Nullable Effects effects,
        @Nullable Long inFlight,
        @Nullable Long parked,
        @Nullable Long failed,
        @Nullable Long ambiguous,
        @Nullable Long undecodable,
        @Nullable Long lagEvents,
        @Nullable Double lagSeconds,
        CatchUp catchUp,
        @Nullable SinkLimit limit,
        List<Badge> problems) {

    /** Counts of effects. */
    public record Effects(long run, long reused, long failed, long parked, long ambiguous) {}

    /** The seconds until it will have caught up; 0 if it has; null if never, or if it is unknown. */
    @JsonProperty
    public @Nullable Double etaSeconds() {
        return catchUp.seconds();
    }

    public SinkView {
        instances = List.copyOf(instances);
        problems = List.copyOf(problems);
    }
}
