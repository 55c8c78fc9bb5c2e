package io.taskqueue.cli.shared;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The partitions of a topic, their offsets, the offsets that consumer groups have committed, and the records at offsets. Every
 * call asks the cluster.
 */
public final class TopicOffsets {

    private static final Duration POLL = Duration.ofMillis(200);

    private final Admin admin;
    private final List<TopicPartition> partitions;

    private TopicOffsets(Admin admin, List<TopicPartition> partitions) {
        this.admin = admin;
        this.partitions = partitions;
    }

    /** @throws CommandFailedException if the cluster has no such topic */
    public static TopicOffsets find(Admin admin, String name) throws InterruptedException, ExecutionException {
        try {
            Map<String, TopicDescription> found =
                    admin.describeTopics(List.of(name)).allTopicNames().get();
            return new TopicOffsets(
                    admin,
                    found.values().stream()
                            .flatMap(topic -> topic.partitions().stream())
                            .map(partition -> new TopicPartition(name, partition.partition()))
                            .sorted(Comparator.comparingInt(TopicPartition::partition))
                            .toList());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new CommandFailedException(
                        ExitCode.REFUSED,
                        "The topic " + name + " does not exist on this cluster: no source has been started here. Check "
                                + "--bootstrap-server and --topic.",
                        e);
            }
            throw e;
        }
    }

    public List<TopicPartition> partitions() {
        return partitions;
    }

    /** An offset of each partition; -1 where the partition has none of the requested kind. */
    public Map<TopicPartition, Long> offsets(OffsetSpec spec) throws InterruptedException, ExecutionException {
        return admin
                .listOffsets(partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> spec)))
                .all()
                .get()
                .entrySet()
                .stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    /** The offsets that a group has committed for this topic, without partitions for which it has committed none. */
    public Map<TopicPartition, Long> committed(String group) throws InterruptedException, ExecutionException {
        Map<TopicPartition, Long> committed = new HashMap<>();
        Map<TopicPartition, OffsetAndMetadata> all = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get();
        all.forEach((partition, offset) -> {
            if (offset != null && partitions.contains(partition)) {
                committed.put(partition, offset.offset());
            }
        });
        return committed;
    }

    /** The first offset of each partition that a group has not consumed, without partitions that it has consumed to the end. */
    public Map<TopicPartition, Long> unconsumed(String group) throws InterruptedException, ExecutionException {
        Map<TopicPartition, Long> committed = committed(group);
        Map<TopicPartition, Long> earliest = offsets(OffsetSpec.earliest());
        Map<TopicPartition, Long> unconsumed = new HashMap<>();
        offsets(OffsetSpec.latest()).forEach((partition, end) -> {
            long first = earliest.getOrDefault(partition, 0L);
            long from = Math.max(first, committed.getOrDefault(partition, first));
            if (from < end) {
                unconsumed.put(partition, from);
            }
        });
        return unconsumed;
    }

    /** Reads the records from the given offsets to the current end of the partitions; other partitions are not read. */
    public void read(
            Map<String, Object> kafka, Map<TopicPartition, Long> from, Consumer<ConsumerRecord<byte[], byte[]>> reader)
            throws InterruptedException, ExecutionException {
        read(kafka, from, offsets(OffsetSpec.latest()), reader);
    }

    /** Reads at least the record at each of the given offsets, which must exist. */
    public void readOne(
            Map<String, Object> kafka,
            Map<TopicPartition, Long> from,
            Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        Map<TopicPartition, Long> next =
                from.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue() + 1));
        read(kafka, from, next, reader);
    }

    private static void read(
            Map<String, Object> kafka,
            Map<TopicPartition, Long> from,
            Map<TopicPartition, Long> end,
            Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        Map<String, Object> properties = new ClientProperties(kafka).of(Client.CONSUMER);
        try (var consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(from.keySet());
            from.forEach(consumer::seek);
            while (from.keySet().stream()
                    .anyMatch(partition -> consumer.position(partition) < end.getOrDefault(partition, 0L))) {
                consumer.poll(POLL).forEach(reader);
            }
        }
    }
}
