package io.taskqueue.kafka;

import io.taskqueue.kafka.ClientProperties.Client;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads partitions from given offsets to an end that exists already, without a consumer group.
 *
 * <p>Records of one partition arrive in order. Reading may pass the end by the records that were fetched with it; {@link
 * #position} is always the offset of the next record. For one thread at a time, but {@link #wakeup}.
 *
 * <p>Methods throw {@link org.apache.kafka.common.KafkaException}, among them {@link TimeoutException} if the cluster does not
 * answer, or answers without progress, for longer than the timeout.
 */
public final class TopicReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(500);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Duration timeout;
    private Set<TopicPartition> assigned = Set.of();
    private Set<TopicPartition> reading =
            Set.of(); // those that are assigned beside them have no position: poll would fail

    private TopicReader(KafkaConsumer<byte[], byte[]> consumer, Duration timeout) {
        this.consumer = consumer;
        this.timeout = timeout;
    }

    /**
     * Opens a reader.
     *
     * @param kafka a user's Kafka properties; those for other clients are ignored
     * @param isolation whether records of transactions are read before they are committed, and aborted ones at all; decides
     *     what the end of a partition is, too
     * @param timeout how long one request may take, and how long reading may make no progress
     */
    public static TopicReader open(Map<String, ?> kafka, IsolationLevel isolation, Duration timeout) {
        return new TopicReader(
                new KafkaConsumer<>(
                        consumerProperties(kafka, isolation), new ByteArrayDeserializer(), new ByteArrayDeserializer()),
                timeout);
    }

    static Map<String, Object> consumerProperties(Map<String, ?> kafka, IsolationLevel isolation) {
        Map<String, Object> properties = new ClientProperties(kafka).of(Client.CONSUMER);
        properties.put(
                ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation.toString().toLowerCase(Locale.ROOT));
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        // the records exist: a fetch that waits for more of them only delays the next one
        properties.putIfAbsent(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 10);
        return properties;
    }

    /** The partitions of a topic, by number; empty if there is no such topic. */
    public List<TopicPartition> partitions(String topic) {
        return consumer.partitionsFor(topic, timeout).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .sorted(Comparator.comparingInt(TopicPartition::partition))
                .toList();
    }

    /** The offset of the first record that each partition still holds. */
    public Map<TopicPartition, Long> beginnings(Collection<TopicPartition> partitions) {
        assignAlso(partitions);
        return consumer.beginningOffsets(partitions, timeout);
    }

    /** The end offset of each partition: every record that was acknowledged before this call lies before it. */
    public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
        assignAlso(partitions);
        return consumer.endOffsets(partitions, timeout);
    }

    /** For each partition, the offset that many before its end, but not before its beginning. Markers of transactions and
     * compacted records have offsets, too. */
    public Map<TopicPartition, Long> beforeEnd(Collection<TopicPartition> partitions, long offsets) {
        Map<TopicPartition, Long> from = new HashMap<>(beginnings(partitions));
        ends(partitions).forEach((partition, end) -> from.merge(partition, end - offsets, Math::max));
        return from;
    }

    /** Starts at these offsets; other partitions are not read any more. */
    public void seek(Map<TopicPartition, Long> from) {
        reading = Set.copyOf(from.keySet());
        assign(reading);
        consumer.resume(reading); // one that was assigned before is still paused
        from.forEach(consumer::seek);
    }

    /** The offset of the next record of a partition that is being read. */
    public long position(TopicPartition partition) {
        assign(reading);
        return consumer.position(partition, timeout);
    }

    /**
     * Reads on until every one of these partitions, all of which are being read, has reached its end.
     *
     * @throws OffsetOutOfRangeException if a partition no longer holds the next offset to read
     */
    public void readTo(Map<TopicPartition, Long> ends, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        boolean unused = readTo(ends, Long.MAX_VALUE, reader);
    }

    private boolean readTo(
            Map<TopicPartition, Long> ends, long mostRecords, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        Duration idle = Duration.ZERO;
        Map<TopicPartition, Long> positions = positions(ends.keySet());
        long left = mostRecords;
        while (!reached(positions, ends)) {
            if (left <= 0) {
                return false;
            }
            ConsumerRecords<byte[], byte[]> records = poll();
            records.forEach(reader);
            left -= records.count();
            Map<TopicPartition, Long> now = positions(ends.keySet());
            idle = now.equals(positions) ? idle.plus(POLL) : Duration.ZERO;
            positions = now;
            if (idle.compareTo(timeout) > 0) {
                throw noProgress(positions, ends);
            }
        }
        return true;
    }

    /** Reads from these offsets to the end as it is now; {@link #seek} and {@link #readTo} in one. */
    public void readToEnd(Map<TopicPartition, Long> from, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        boolean unused = readToEnd(from, Long.MAX_VALUE, reader);
    }

    /**
     * The same, unless that takes more records: then it stops after about that many.
     *
     * @return whether the end was reached
     */
    public boolean readToEnd(
            Map<TopicPartition, Long> from, long mostRecords, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        if (from.isEmpty()) {
            return true;
        }
        Map<TopicPartition, Long> ends = ends(from.keySet());
        seek(from);
        return readTo(ends, mostRecords, reader);
    }

    /**
     * The first record of each partition from an offset on and before an end; partitions without one are left out: what lies there are
     * markers of transactions, and with {@link IsolationLevel#READ_COMMITTED} records that were aborted.
     */
    public Map<TopicPartition, ConsumerRecord<byte[], byte[]>> first(
            Map<TopicPartition, Long> from, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, ConsumerRecord<byte[], byte[]>> found = new HashMap<>();
        Map<TopicPartition, Long> left = new HashMap<>(from);
        Duration idle = Duration.ZERO;
        seek(from);
        while (!left.isEmpty()) {
            Map<TopicPartition, Long> before = positions(left.keySet());
            poll().forEach(record -> {
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                if (record.offset() < ends.getOrDefault(partition, 0L)) {
                    found.putIfAbsent(partition, record);
                }
            });
            Map<TopicPartition, Long> now = positions(left.keySet());
            idle = now.equals(before) ? idle.plus(POLL) : Duration.ZERO;
            if (idle.compareTo(timeout) > 0) {
                throw noProgress(now, ends);
            }
            now.forEach((partition, position) -> {
                if (found.containsKey(partition) || position >= ends.getOrDefault(partition, 0L)) {
                    left.remove(partition);
                    consumer.pause(List.of(partition));
                }
            });
        }
        return found;
    }

    /** Ends what the reading thread waits for, with a {@link org.apache.kafka.common.errors.WakeupException}. */
    public void wakeup() {
        consumer.wakeup();
    }

    @Override
    @SuppressWarnings("deprecation") // CloseOptions came with Kafka 4.1
    public void close() {
        consumer.close(Duration.ZERO);
    }

    /** Kafka clients from 4.1.2 to 4.3 log a warning for each partition whose offsets are requested while it is not assigned (KAFKA-20449). */
    private void assignAlso(Collection<TopicPartition> partitions) {
        Set<TopicPartition> all = new HashSet<>(assigned);
        all.addAll(partitions);
        assign(all);
    }

    private void assign(Set<TopicPartition> partitions) {
        if (!assigned.equals(partitions)) {
            consumer.assign(partitions); // keeps positions, pauses and fetched records of those that stay assigned
        }
        assigned = partitions;
    }

    private ConsumerRecords<byte[], byte[]> poll() {
        assign(reading);
        return consumer.poll(POLL);
    }

    private Map<TopicPartition, Long> positions(Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> positions = new HashMap<>();
        partitions.forEach(partition -> positions.put(partition, position(partition)));
        return positions;
    }

    private static boolean reached(Map<TopicPartition, Long> positions, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> positions.getOrDefault(end.getKey(), 0L) >= end.getValue());
    }

    private TimeoutException noProgress(Map<TopicPartition, Long> positions, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> behind = new HashMap<>(positions);
        behind.entrySet().removeIf(position -> position.getValue() >= ends.getOrDefault(position.getKey(), 0L));
        return new TimeoutException("No record came within " + timeout.toMillis() + " ms from " + behind.keySet()
                + ", read up to offsets " + behind.values() + " but not to the end " + ends
                + "; check that the leaders of these partitions can be reached");
    }
}
