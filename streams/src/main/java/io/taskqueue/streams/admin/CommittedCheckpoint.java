package io.taskqueue.streams.admin;

import io.taskqueue.event.Position;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import io.taskqueue.streams.checkpoint.CheckpointFormat;
import io.taskqueue.streams.state.InFlightFormat;
import io.taskqueue.streams.state.StateKind;
import io.taskqueue.streams.state.StoreNames;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * How far a sink has come with a queue, as of its last commit.
 *
 * @param queueName the queue
 * @param taken the newest position read
 * @param done the position up to which all is applied or parked; null where nothing is yet
 */
public record CommittedCheckpoint(String queueName, Position taken, @Nullable Position done) {

    /** An entry of the changelog; entries of two partitions may have the same key. */
    private record Key(int partition, Bytes bytes) {}

    /** An event that is not applied. */
    private record Unapplied(String queueName, Position position) {}

    /**
     * Reads the checkpoints of a sink; none where it has no state on this cluster.
     *
     * @param kafka Kafka's properties, as for {@code SinkService.Builder.kafka}
     * @param sink the sink's name
     * @throws KafkaException if the cluster does not answer
     */
    public static List<CommittedCheckpoint> read(Map<String, Object> kafka, String sink) {
        Map<String, Position> taken = new HashMap<>();
        Map<Key, Unapplied> inFlight = new HashMap<>();
        var unused = new SinkChangelog(kafka, sink).read(StoreNames.STATE, record -> {
            byte[] value = record.value();
            if (StateKind.CHECKPOINT.owns(record.key())) {
                String queue = new String(StateKind.CHECKPOINT.strip(record.key()), StandardCharsets.UTF_8);
                if (value == null) {
                    taken.remove(queue);
                } else {
                    taken.put(
                            queue,
                            CheckpointFormat.read(value).checkpoint().taken().position());
                }
            } else if (StateKind.IN_FLIGHT.owns(record.key())) {
                Key key = new Key(record.partition(), Bytes.wrap(record.key()));
                inFlight.remove(key);
                if (value != null) {
                    unapplied(value).ifPresent(event -> inFlight.put(key, event));
                }
            }
        });
        return taken.entrySet().stream()
                .map(queue -> new CommittedCheckpoint(
                        queue.getKey(), queue.getValue(), done(queue.getKey(), queue.getValue(), inFlight)))
                .toList();
    }

    private static Optional<Unapplied> unapplied(byte[] value) {
        return InFlightFormat.firstDelivery(value).map(json -> {
            try {
                var event = new ReplicationEventCodec<>(PayloadCodec.jsonText()).decode(json);
                return new Unapplied(event.queueName(), event.position());
            } catch (UndecodableEventException e) {
                throw new IllegalStateException("An event in flight cannot be decoded. This is a defect.", e);
            }
        });
    }

    private static @Nullable Position done(String queue, Position taken, Map<Key, Unapplied> inFlight) {
        Optional<Position> lowest = inFlight.values().stream()
                .filter(event -> event.queueName().equals(queue))
                .map(Unapplied::position)
                .min(Position::compareTo);
        if (lowest.isEmpty()) {
            return taken;
        }
        Position first = lowest.get();
        return first.sequence() == 0 ? null : new Position(first.epoch(), first.sequence() - 1);
    }
}
