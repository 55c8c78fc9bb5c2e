package io.taskqueue.streams.admin;

import io.taskqueue.streams.checkpoint.CheckpointFormat;
import io.taskqueue.streams.checkpoint.Divergence;
import io.taskqueue.streams.checkpoint.LogChange;
import io.taskqueue.streams.log.PartitionLogFormat;
import io.taskqueue.streams.state.StateKind;
import io.taskqueue.streams.state.StoreNames;
import io.taskqueue.streams.state.UndecodableFormat;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.utils.Bytes;

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

    /** An entry of the changelog; entries of two partitions may have the same key. */
    private record Key(int partition, Bytes bytes) {}

    /** What was read of the changelog. */
    private static final class Read {

        private final Set<Key> inFlight = new HashSet<>();
        private final Map<Integer, Long> undecodable = new HashMap<>();
        private final Map<Key, DivergedQueue> diverged = new HashMap<>();
        private final Map<Integer, List<LogChange>> logChanges = new TreeMap<>();

        private void add(ConsumerRecord<byte[], byte[]> record) {
            byte[] value = record.value();
            Key key = new Key(record.partition(), Bytes.wrap(record.key()));
            if (StateKind.UNDECODABLE.owns(record.key())) {
                undecodable.put(
                        record.partition(),
                        value == null ? 0 : UndecodableFormat.read(value).count());
            } else if (StateKind.IN_FLIGHT.owns(record.key())) {
                if (value == null) {
                    inFlight.remove(key);
                } else {
                    inFlight.add(key);
                }
            } else if (StateKind.LOG.owns(record.key())) {
                logChanges.put(
                        record.partition(),
                        value == null
                                ? List.of()
                                : PartitionLogFormat.read(value, record.partition())
                                        .changes());
            } else if (StateKind.CHECKPOINT.owns(record.key())) {
                addCheckpoint(key, value);
            }
        }

        private void addCheckpoint(Key key, byte[] value) {
            Divergence divergence = value == null
                    ? null
                    : CheckpointFormat.read(value).checkpoint().divergence();
            if (divergence == null) {
                diverged.remove(key);
            } else {
                String queue = new String(StateKind.CHECKPOINT.strip(key.bytes().get()), StandardCharsets.UTF_8);
                diverged.put(key, new DivergedQueue(queue, key.partition(), divergence));
            }
        }

        private SinkCounts counts() {
            return new SinkCounts(
                    inFlight.size(),
                    undecodable.values().stream().mapToLong(Long::longValue).sum(),
                    diverged.values().stream()
                            .sorted(Comparator.comparing(DivergedQueue::queueName))
                            .toList(),
                    logChanges.values().stream().flatMap(List::stream).toList());
        }
    }

    /**
     * Reads the counts of a sink; empty where it has no state on this cluster.
     *
     * @param kafka Kafka's properties, as for {@code SinkService.Builder.kafka}
     * @param sink the sink's name
     * @throws KafkaException if the cluster does not answer
     */
    public static Optional<SinkCounts> read(Map<String, Object> kafka, String sink) {
        Read read = new Read();
        return new SinkChangelog(kafka, sink).read(StoreNames.STATE, read::add).map(done -> read.counts());
    }
}
