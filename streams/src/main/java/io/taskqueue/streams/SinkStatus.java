package io.taskqueue.streams;

import java.util.List;
import java.util.Optional;

/**
 * What a sink service is doing, at one moment.
 *
 * @param sink the sink's name
 * @param state what it is doing
 * @param failure why it failed, and what to do; present exactly in {@link SinkState#FAILED}
 * @param waiting since when it has waited for its target, and why and until when; present while it is taken for dead
 * @param queues the queues that this instance has, by name
 * @param effects what became of effects
 * @param undecodable records that were no events and went to the dead-letter topic
 * @param replays the replays that went on in this instance's partitions since the service started, by partition
 */
public record SinkStatus(
        String sink,
        SinkState state,
        Optional<String> failure,
        Optional<String> waiting,
        List<QueueStatus> queues,
        EffectCounts effects,
        long undecodable,
        List<ReplayReceipt> replays) {

    public SinkStatus {
        queues = List.copyOf(queues);
        replays = List.copyOf(replays);
    }

    /** Whether the service is running and all that it has seen is applied. */
    public boolean settled() {
        return state == SinkState.RUNNING && queues.stream().allMatch(queue -> queue.inFlight() == 0);
    }
}
