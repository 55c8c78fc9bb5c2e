package io.taskqueue.streams.admin;

import io.taskqueue.streams.checkpoint.Divergence;
import io.taskqueue.streams.checkpoint.LogChange;
import io.taskqueue.streams.state.StateKind;
import io.taskqueue.streams.state.StoreNames;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;

/**
 * What the state of a sink holds that an operator counts, as of its last commit.
 *
 * @param inFlight events whose offsets may be committed, and which are not applied yet: they run, wait for their next attempt, or wait for
 *     their target
 * @param undecodable records that were moved to the dead-letter topic; those of a partition count as long as its log holds the newest of
 *     them
 * @param diverged the queues that are marked diverged, by name
 * @param logChanges what happened to the event topic that the sink could not follow, by partition
 */
public record SinkCounts(long inFlight, long undecodable, List<DivergedQueue> diverged, List<LogChange> logChanges) {

    /** A queue of which events are missing. */
    public record DivergedQueue(String queueName, int partition, Divergence divergence) {}

    public SinkCounts {
        diverged = List.copyOf(diverged);
        logChanges = List.copyOf(logChanges);
    }

    /**
     * Reads the counts of a sink; empty where it has no state on this cluster.
     *
     * @param kafka Kafka's properties, as for {@code SinkService.Builder.kafka}
     * @param sink the sink's name
     * @throws KafkaException if the cluster does not answer
     */
    public static Optional<SinkCounts> read(Map<String, Object> kafka, String sink) {
        CommittedState state =
                CommittedState.of(StateKind.CHECKPOINT, StateKind.IN_FLIGHT, StateKind.UNDECODABLE, StateKind.LOG);
        return new SinkChangelog(kafka, sink).read(StoreNames.STATE, state::add).map(partitions -> state.counts());
    }
}
