package io.taskqueue.streams.clients;

import io.taskqueue.streams.log.LostPosition;
import io.taskqueue.streams.replay.MovedOffsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the partitions of the event topic continue other than behind the record before: where the log does not hold the next record, and
 * where the topic was recreated, both at the log's start. Also which offsets the group has committed. For the stream thread only.
 *
 * <p>Where the log does not hold the next record, {@code auto.offset.reset} does not decide: with {@code latest}, all that the log still
 * holds would be skipped as well.
 */
public final class OffsetResets {

    private static final Logger LOG = LoggerFactory.getLogger(OffsetResets.class);

    private final String events;
    private final MovedOffsets moved;
    private final Map<Integer, LostPosition> lost = new ConcurrentHashMap<>();
    private final Map<Integer, Long> shortened = new ConcurrentHashMap<>();
    private final Map<Integer, Long> committed = new ConcurrentHashMap<>();
    private final Set<TopicPartition> restarts = new HashSet<>();

    /**
     * @param events the event topic
     * @param moved is given what is committed
     */
    public OffsetResets(String events, MovedOffsets moved) {
        this.events = events;
        this.moved = moved;
    }

    /** The partition is read from the start of its log, from the next poll on. */
    public void restart(int partition) {
        restarts.add(new TopicPartition(events, partition));
    }

    /** Where the log did not hold the next record to be read of a partition; reported once. */
    public Optional<LostPosition> takeLost(int partition) {
        return Optional.ofNullable(lost.remove(partition));
    }

    /** The log of a partition and what was read of it part at an offset, as was found while the sink ran. */
    public void shortened(int partition, long end) {
        shortened.put(partition, end);
    }

    /** What {@link #shortened} was given; returned once. */
    public OptionalLong takeShortened(int partition) {
        Long end = shortened.remove(partition);
        return end == null ? OptionalLong.empty() : OptionalLong.of(end);
    }

    /** What the group had committed of a partition when it was assigned. */
    public OptionalLong committed(int partition) {
        Long offset = committed.get(partition);
        return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
    }

    /** Remembers the committed offsets of the group, and returns them as Kafka Streams expects them. */
    Map<TopicPartition, OffsetAndMetadata> observe(Map<TopicPartition, OffsetAndMetadata> offsets) {
        offsets.forEach((partition, offset) -> {
            if (!partition.topic().equals(events)) {
                return;
            }
            if (offset == null) {
                committed.remove(partition.partition());
            } else {
                committed.put(partition.partition(), offset.offset());
            }
        });
        return moved.observe(offsets);
    }

    /** Just before a poll. */
    void seek(Consumer<byte[], byte[]> consumer) {
        restarts.retainAll(consumer.assignment());
        if (!restarts.isEmpty()) {
            consumer.seekToBeginning(restarts);
            restarts.clear();
        }
    }

    /**
     * The log does not hold the next records of some partitions.
     *
     * @throws OffsetOutOfRangeException if one is not of the event topic
     */
    void outOfRange(Consumer<byte[], byte[]> consumer, OffsetOutOfRangeException found) {
        Map<TopicPartition, Long> positions = found.offsetOutOfRangePartitions();
        if (!positions.keySet().stream().allMatch(partition -> partition.topic().equals(events))) {
            throw found;
        }
        Map<TopicPartition, OffsetAndMetadata> parting =
                found instanceof LogTruncationException truncation ? truncation.divergentOffsets() : Map.of();
        positions.forEach((partition, next) -> {
            OffsetAndMetadata at = parting.get(partition);
            lost.put(
                    partition.partition(),
                    new LostPosition(next, at == null ? OptionalLong.empty() : OptionalLong.of(at.offset())));
        });
        LOG.debug("The log does not hold the next records {}, diverged at {}", positions, parting);
        consumer.seekToBeginning(positions.keySet());
    }
}
