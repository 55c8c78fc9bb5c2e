package io.taskqueue.streams.status;

import io.taskqueue.streams.checkpoint.LogChange;
import io.taskqueue.streams.replay.ReplayReceipt;
import java.util.List;
import java.util.Optional;

/**
 * The status of a sink service at one moment.
 *
 * @param sink the sink's name
 * @param state its state
 * @param health what is wrong with it, if something is
 * @param queues the queues in the partitions of this instance, by name
 * @param effects what happened to effects
 * @param undecodable records that could not be decoded and were moved to the dead-letter topic
 * @param replays the latest replays of this instance's partitions since the service started, by partition
 * @param logChanges what happened to the event topic that the sink could not follow without consequences, in this instance's partitions,
 *     until an operator clears it
 */
public record SinkStatus(
        String sink,
        SinkState state,
        SinkHealth health,
        List<QueueStatus> queues,
        EffectCounts effects,
        long undecodable,
        List<ReplayReceipt> replays,
        List<LogChange> logChanges) {

    public SinkStatus {
        queues = List.copyOf(queues);
        replays = List.copyOf(replays);
        logChanges = List.copyOf(logChanges);
    }

    /** Why it failed, and what to do; present exactly in {@link SinkState#FAILED}. */
    public Optional<String> failure() {
        return health.failure();
    }

    /** Since when it has waited for its target, why and until when; present while the target is considered unavailable. */
    public Optional<String> waiting() {
        return health.target();
    }

    /** Whether the service is running and all that it has read is applied. */
    public boolean settled() {
        return state == SinkState.RUNNING && queues.stream().allMatch(queue -> queue.inFlight() == 0);
    }
}
