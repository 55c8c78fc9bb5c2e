package io.taskqueue.streams.admin;

import io.taskqueue.event.Position;
import io.taskqueue.streams.state.StateKind;
import io.taskqueue.streams.state.StoreNames;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * How far a sink has come with a queue, as of its last commit.
 *
 * @param queueName the queue
 * @param partition its partition of the event topic
 * @param taken the newest position read
 * @param done the position up to which all is applied or parked; null where nothing is yet
 * @param inFlight what lies between the two and is not applied
 */
public record CommittedCheckpoint(
        String queueName, int partition, Position taken, @Nullable Position done, InFlight inFlight) {

    /**
     * Events of a queue in flight, without those that are read again in a replay.
     *
     * @param events how many
     * @param oldestAt when the first of them occurred; null if there is none
     */
    public record InFlight(long events, @Nullable Instant oldestAt) {

        /** Nothing is in flight. */
        static final InFlight NONE = new InFlight(0, null);
    }

    /**
     * Reads the checkpoints of a sink; none where it has no state on this cluster.
     *
     * @param kafka Kafka's properties, as for {@code SinkService.Builder.kafka}
     * @param sink the sink's name
     * @throws KafkaException if the cluster does not answer
     */
    public static List<CommittedCheckpoint> read(Map<String, Object> kafka, String sink) {
        CommittedState state = CommittedState.of(StateKind.CHECKPOINT, StateKind.IN_FLIGHT);
        var unused = new SinkChangelog(kafka, sink).read(StoreNames.STATE, state::add);
        return state.checkpoints();
    }
}
