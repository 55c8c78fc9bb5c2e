package io.taskqueue.kafka;

import io.taskqueue.kafka.OpenTransactions.HeldBack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * The partitions of a topic, their offsets, the offsets that consumer groups have committed, and the records at offsets. Every
 * call asks the cluster, and throws the {@link org.apache.kafka.common.KafkaException} of a request that fails.
 */
public final class TopicOffsets {

    private final String name;
    private final Admin admin;
    private final TopicAdmin topics;
    private final Duration timeout;
    private final KafkaRequests requests;
    private final List<TopicPartition> partitions;

    private TopicOffsets(
            String name, Admin admin, TopicAdmin topics, Duration timeout, List<TopicPartition> partitions) {
        this.name = name;
        this.admin = admin;
        this.topics = topics;
        this.timeout = timeout;
        this.requests = new KafkaRequests(timeout);
        this.partitions = partitions;
    }

    /**
     * Finds a topic; empty if the cluster has no such topic.
     *
     * @param timeout how long one request may take
     */
    public static Optional<TopicOffsets> find(Admin admin, String name, Duration timeout) throws InterruptedException {
        TopicAdmin topics = new TopicAdmin(admin, timeout);
        return topics.describe(name)
                .map(topic -> new TopicOffsets(name, admin, topics, timeout, TopicAdmin.partitions(topic)));
    }

    /** The name of the topic. */
    public String name() {
        return name;
    }

    /** The partitions, by number. */
    public List<TopicPartition> partitions() {
        return partitions;
    }

    /** An offset of each partition; -1 where the partition has none of the requested kind. */
    public Map<TopicPartition, Long> offsets(OffsetSpec spec) throws InterruptedException {
        return topics.offsets(partitions, spec);
    }

    /** The offsets that a group has committed for this topic, without partitions for which it has committed none. */
    public Map<TopicPartition, Long> committed(String group) throws InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> all = requests.await(
                admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(),
                "list the committed offsets of group " + group);
        Map<TopicPartition, Long> committed = new HashMap<>();
        all.forEach((partition, offset) -> {
            if (offset != null && partitions.contains(partition)) {
                committed.put(partition, offset.offset());
            }
        });
        return committed;
    }

    /**
     * What a group has not consumed of a partition.
     *
     * @param first the first record that it has not consumed
     * @param end up to where it can read now: a sink reads committed records only, and those before the first open transaction
     */
    public record Unconsumed(ConsumerRecord<byte[], byte[]> first, long end) {

        /** The number of offsets; with those of markers and of aborted records in between. */
        public long offsets() {
            return end - first.offset();
        }
    }

    /**
     * What a group that reads committed records has not consumed, without partitions in which there is nothing for it: an offset is
     * committed only behind a record, so where there are only markers of transactions and aborted records it stays behind.
     */
    public Map<TopicPartition, Unconsumed> unconsumed(Map<String, Object> kafka, String group)
            throws InterruptedException {
        Map<TopicPartition, Long> committed = committed(group);
        Map<TopicPartition, Long> earliest = offsets(OffsetSpec.earliest());
        Map<TopicPartition, Long> ends = readableEnds();
        if (behind(committed, earliest, ends).isEmpty()) {
            return Map.of();
        }
        try (TopicReader reader = TopicReader.open(kafka, IsolationLevel.READ_COMMITTED, timeout)) {
            return unconsumed(reader, committed, earliest, ends);
        }
    }

    /**
     * The same, from offsets that were asked for before.
     *
     * @param reader reads committed records; it is moved
     * @param committed what the group has committed
     * @param earliest the start of each partition
     * @param ends up to where each partition can be read, see {@link #readableEnds}
     */
    public static Map<TopicPartition, Unconsumed> unconsumed(
            TopicReader reader,
            Map<TopicPartition, Long> committed,
            Map<TopicPartition, Long> earliest,
            Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> behind = behind(committed, earliest, ends);
        Map<TopicPartition, Unconsumed> unconsumed = new HashMap<>();
        if (!behind.isEmpty()) {
            reader.first(behind, ends)
                    .forEach((partition, record) -> unconsumed.put(
                            partition, new Unconsumed(record, ends.getOrDefault(partition, record.offset()))));
        }
        return unconsumed;
    }

    private static Map<TopicPartition, Long> behind(
            Map<TopicPartition, Long> committed, Map<TopicPartition, Long> earliest, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> behind = new HashMap<>();
        ends.forEach((partition, end) -> {
            long first = earliest.getOrDefault(partition, 0L);
            long from = Math.max(first, committed.getOrDefault(partition, first));
            if (from < end) {
                behind.put(partition, from);
            }
        });
        return behind;
    }

    /** Up to where each partition can be read by those who read committed records only. */
    public Map<TopicPartition, Long> readableEnds() throws InterruptedException {
        return transactions().ends(partitions, IsolationLevel.READ_COMMITTED);
    }

    /** The number of records that a group has not consumed. */
    public long countUnconsumed(Map<String, Object> kafka, String group) throws InterruptedException {
        return unconsumed(kafka, group).values().stream()
                .mapToLong(Unconsumed::offsets)
                .sum();
    }

    /** The partitions whose end cannot be read because a transaction is open there, with its producer where that is known. */
    public List<HeldBack> heldBack() throws InterruptedException {
        List<HeldBack> held = new ArrayList<>();
        for (HeldBack each : transactions().find(partitions)) {
            held.add(transactions().withWriter(each));
        }
        return held;
    }

    private OpenTransactions transactions() {
        return new OpenTransactions(admin, Math.toIntExact(timeout.toMillis()));
    }

    /** Reads the records from the given offsets to the current end of the partitions; other partitions are not read. */
    public void read(
            Map<String, Object> kafka,
            Map<TopicPartition, Long> from,
            Consumer<ConsumerRecord<byte[], byte[]>> consumer) {
        try (TopicReader reader = open(kafka)) {
            reader.readToEnd(from, consumer);
        }
    }

    /** Reads at least the record at each of the given offsets, which must exist. */
    public void readOne(
            Map<String, Object> kafka,
            Map<TopicPartition, Long> from,
            Consumer<ConsumerRecord<byte[], byte[]>> consumer) {
        Map<TopicPartition, Long> next =
                from.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue() + 1));
        try (TopicReader reader = open(kafka)) {
            reader.seek(from);
            reader.readTo(next, consumer);
        }
    }

    /**
     * Offsets of a partition.
     *
     * @param end the offset after the last one
     */
    public record Range(long from, long end) {}

    /** Reads at least the records in the given ranges, which must exist. */
    public void readRanges(
            Map<String, Object> kafka,
            Map<TopicPartition, Range> ranges,
            Consumer<ConsumerRecord<byte[], byte[]>> consumer) {
        if (ranges.isEmpty()) {
            return;
        }
        Map<TopicPartition, Long> from = new HashMap<>();
        Map<TopicPartition, Long> end = new HashMap<>();
        ranges.forEach((partition, range) -> {
            from.put(partition, range.from());
            end.put(partition, range.end());
        });
        try (TopicReader reader = open(kafka)) {
            reader.seek(from);
            reader.readTo(end, consumer);
        }
    }

    private TopicReader open(Map<String, Object> kafka) {
        return TopicReader.open(kafka, IsolationLevel.READ_UNCOMMITTED, timeout);
    }
}
