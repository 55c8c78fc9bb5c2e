package io.taskqueue.streams.admin;

import io.taskqueue.streams.state.StateKind;
import io.taskqueue.streams.state.StoreNames;
import io.taskqueue.streams.state.UndecodableFormat;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.utils.Bytes;

/**
 * Counts in the state of a sink, as of its last commit.
 *
 * @param inFlight events whose offsets may be committed, and which are not applied yet: they run, wait for their next attempt, or wait for
 *     their target
 * @param undecodable records that were moved to the dead-letter topic; those of a partition count as long as its log holds the newest of
 *     them
 */
public record SinkCounts(long inFlight, long undecodable) {

    /** An entry of the changelog; entries of two partitions may have the same key. */
    private record Key(int partition, Bytes bytes) {}

    /**
     * Reads the counts of a sink; empty where it has no state on this cluster.
     *
     * @param kafka Kafka's properties, as for {@code SinkService.Builder.kafka}
     * @param sink the sink's name
     * @throws KafkaException if the cluster does not answer
     */
    public static Optional<SinkCounts> read(Map<String, Object> kafka, String sink) {
        Set<Key> inFlight = new HashSet<>();
        Map<Integer, Long> undecodable = new HashMap<>();
        return new SinkChangelog(kafka, sink)
                .read(StoreNames.STATE, record -> {
                    byte[] value = record.value();
                    if (StateKind.UNDECODABLE.owns(record.key())) {
                        undecodable.put(
                                record.partition(),
                                value == null
                                        ? 0
                                        : UndecodableFormat.read(value).count());
                    } else if (StateKind.IN_FLIGHT.owns(record.key())) {
                        Key key = new Key(record.partition(), Bytes.wrap(record.key()));
                        if (value == null) {
                            inFlight.remove(key);
                        } else {
                            inFlight.add(key);
                        }
                    }
                })
                .map(read -> new SinkCounts(
                        inFlight.size(),
                        undecodable.values().stream().mapToLong(Long::longValue).sum()));
    }
}
