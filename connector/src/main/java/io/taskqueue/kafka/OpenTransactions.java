package io.taskqueue.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersResult.PartitionProducerState;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Finds partitions whose end cannot be read yet, because a transaction is open there. Immutable and thread-safe. */
public final class OpenTransactions {

    /**
     * The producer of an open transaction.
     *
     * @param lastWrite when it wrote to the partition last
     */
    public record Writer(long id, int epoch, Instant lastWrite) {}

    /**
     * A partition that is held back.
     *
     * @param from the first offset that cannot be read
     * @param end the end of the partition
     * @param writer the producer that holds it back; empty where the cluster does not tell
     */
    public record HeldBack(TopicPartition partition, long from, long end, Optional<Writer> writer) {

        /** The partition, the reason and the remedy, as text for operators. */
        public String text() {
            return "partition " + partition.partition() + " of topic " + partition.topic()
                    + " cannot be read from offset " + from + " to its end " + end
                    + ", because a transaction is open there"
                    + writer.map(by -> " (producer " + by.id() + ", epoch " + by.epoch() + ", last write "
                                    + by.lastWrite() + ")")
                            .orElse("")
                    + ". End its producer, or abort it: kafka-transactions.sh abort --topic " + partition.topic()
                    + " --partition " + partition.partition() + " --start-offset " + from;
        }
    }

    private final Admin admin;
    private final KafkaRequests requests;
    private final int timeoutMillis;

    /** @param timeoutMillis how long the cluster may take to answer one request */
    public OpenTransactions(Admin admin, int timeoutMillis) {
        this.admin = admin;
        this.timeoutMillis = timeoutMillis;
        this.requests = new KafkaRequests(Duration.ofMillis(2L * timeoutMillis));
    }

    /**
     * The offset up to which each partition can be read, or its end.
     *
     * @throws KafkaException if a leader does not answer
     */
    public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions, IsolationLevel isolation)
            throws InterruptedException {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        partitions.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        ListOffsetsOptions options = new ListOffsetsOptions(isolation).timeoutMs(timeoutMillis);
        requests.await(admin.listOffsets(latest, options).all(), "list offsets of " + partitions)
                .forEach((partition, found) -> ends.put(partition, found.offset()));
        return ends;
    }

    /**
     * The partitions that are held back now, by number; a transaction that was begun only just now is among them.
     *
     * @throws KafkaException if a leader does not answer
     */
    public List<HeldBack> find(Collection<TopicPartition> partitions) throws InterruptedException {
        Map<TopicPartition, Long> readable = ends(partitions, IsolationLevel.READ_COMMITTED);
        List<HeldBack> held = new ArrayList<>();
        ends(partitions, IsolationLevel.READ_UNCOMMITTED).forEach((partition, end) -> {
            long from = readable.getOrDefault(partition, end);
            if (from < end) {
                held.add(new HeldBack(partition, from, end, Optional.empty()));
            }
        });
        held.sort(Comparator.comparingInt(each -> each.partition().partition()));
        return held;
    }

    /** The same with its producer, where the cluster tells. */
    public HeldBack withWriter(HeldBack held) throws InterruptedException {
        try {
            PartitionProducerState state = requests.await(
                    admin.describeProducers(List.of(held.partition())).partitionResult(held.partition()),
                    "describe the producers of " + held.partition());
            return new HeldBack(
                    held.partition(),
                    held.from(),
                    held.end(),
                    state.activeProducers().stream()
                            .filter(producer ->
                                    producer.currentTransactionStartOffset().isPresent())
                            .min(Comparator.comparingLong(producer ->
                                    producer.currentTransactionStartOffset().getAsLong()))
                            .map(OpenTransactions::writer));
        } catch (KafkaException unknown) {
            return held; // the producers may not be described
        }
    }

    private static Writer writer(ProducerState producer) {
        return new Writer(
                producer.producerId(), producer.producerEpoch(), Instant.ofEpochMilli(producer.lastTimestamp()));
    }
}
