package io.taskqueue.cli;

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

/** The event topic as the commands see it: its partitions, their offsets, what groups have committed, and its records. */
final class EventTopic {

    private static final Duration POLL = Duration.ofMillis(200);

    private final Admin admin;
    private final List<TopicPartition> partitions;

    private EventTopic(Admin admin, List<TopicPartition> partitions) {
        this.admin = admin;
        this.partitions = partitions;
    }

    /** @throws CommandFailure if the cluster has no such topic */
    static EventTopic find(Admin admin, String name) throws InterruptedException, ExecutionException {
        try {
            Map<String, TopicDescription> found =
                    admin.describeTopics(List.of(name)).allTopicNames().get();
            return new EventTopic(
                    admin,
                    found.values().stream()
                            .flatMap(topic -> topic.partitions().stream())
                            .map(partition -> new TopicPartition(name, partition.partition()))
                            .sorted(Comparator.comparingInt(TopicPartition::partition))
                            .toList());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new CommandFailure(
                        ExitCode.REFUSED,
                        "The topic " + name + " does not exist on this cluster: no source has started here yet. Check "
                                + "--bootstrap-server and --topic.",
                        e);
            }
            throw e;
        }
    }

    List<TopicPartition> partitions() {
        return partitions;
    }

    /** An offset of each partition; -1 where it has none of the kind asked for. */
    Map<TopicPartition, Long> offsets(OffsetSpec spec) throws InterruptedException, ExecutionException {
        return admin
                .listOffsets(partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> spec)))
                .all()
                .get()
                .entrySet()
                .stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    /** What a group has committed of this topic, without the partitions of which it has committed nothing. */
    Map<TopicPartition, Long> committed(String group) throws InterruptedException, ExecutionException {
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

    /** The first offset of each partition that a group has not passed yet; partitions that it has passed whole are left out. */
    Map<TopicPartition, Long> behind(String group) throws InterruptedException, ExecutionException {
        Map<TopicPartition, Long> committed = committed(group);
        Map<TopicPartition, Long> earliest = offsets(OffsetSpec.earliest());
        Map<TopicPartition, Long> behind = new HashMap<>();
        offsets(OffsetSpec.latest()).forEach((partition, end) -> {
            long first = earliest.getOrDefault(partition, 0L);
            long from = Math.max(first, committed.getOrDefault(partition, first));
            if (from < end) {
                behind.put(partition, from);
            }
        });
        return behind;
    }

    /** Reads the records from the given offsets up to the end as it is now; the rest of the partitions is not read. */
    void read(
            Map<String, Object> kafka, Map<TopicPartition, Long> from, Consumer<ConsumerRecord<byte[], byte[]>> reader)
            throws InterruptedException, ExecutionException {
        read(kafka, from, offsets(OffsetSpec.latest()), reader);
    }

    /** Reads at least the record at each of the given offsets, which must exist. */
    void readOne(
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
        try (var consumer = new KafkaConsumer<>(
                KafkaOptions.consumerProperties(kafka), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(from.keySet());
            from.forEach(consumer::seek);
            while (from.keySet().stream()
                    .anyMatch(partition -> consumer.position(partition) < end.getOrDefault(partition, 0L))) {
                consumer.poll(POLL).forEach(reader);
            }
        }
    }
}
