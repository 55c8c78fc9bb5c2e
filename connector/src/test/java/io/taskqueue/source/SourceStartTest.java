package io.taskqueue.source;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.logging.CapturedLog;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.publish.EventRecords;
import io.taskqueue.source.recovery.Recovery;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.SourceRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SourceStartTest {

    @AutoClose
    private static SourceTestCluster cluster;

    @BeforeAll
    static void startBroker(@TempDir Path directory) throws Exception {
        cluster = SourceTestCluster.start(directory);
    }

    @Test
    void missingTopicsAreCreatedAsRequested() throws Exception {
        try (var queue = TaskQueue.<String>builder("q").build();
                var source = cluster.source(queue)
                        .topic("made.events")
                        .registryTopic("made.sources")
                        .partitions(3)
                        .start();
                Admin admin = Admin.create(cluster.settings())) {
            var topics = admin.describeTopics(List.of("made.events", "made.sources"))
                    .allTopicNames()
                    .get(20, SECONDS);
            assertThat(source.epoch()).isEqualTo(1);
            assertThat(topics.get("made.events").partitions()).hasSize(3);
            assertThat(topics.get("made.sources").partitions()).hasSize(1);
        }
    }

    @Test
    void startLogsNoWarningOfKafkasClients() throws Exception {
        try (CapturedLog log = CapturedLog.warningsOfKafkaClients()) {
            for (int start = 1; start <= 2; start++) { // the second one restores what the first one left
                try (var queue = TaskQueue.<String>builder("quiet").build();
                        var source = cluster.source(queue)
                                .topic("quiet.events")
                                .registryTopic("quiet.sources")
                                .recover(Recovery.standard())
                                .start()) {
                    queue.enqueue("task " + start);
                    source.replicated().get(20, SECONDS);
                    assertThat(queue.counts().pending()).isEqualTo(start);
                }
            }
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void missingTopicThatMayNotBeCreatedIsReportedWithTheCommandThatCreatesIt() {
        try (var queue = TaskQueue.<String>builder("q").build()) {
            assertThatThrownBy(() -> cluster.source(queue)
                            .registryTopic("absent.sources")
                            .createTopics(false)
                            .start())
                    .isInstanceOf(SourceStartException.class)
                    .hasMessage(
                            "Topic absent.sources does not exist, and createTopics is false. Create it: kafka-topics.sh"
                                    + " --create --topic absent.sources --partitions 1 --config cleanup.policy=compact.");
        }
    }

    @Test
    void replicationFactorHigherThanTheClusterIsNotBlamedOnReachability() {
        try (var queue = TaskQueue.<String>builder("q").build()) {
            assertThatThrownBy(() -> cluster.source(queue)
                            .registryTopic("replicated.sources")
                            .replicationFactor(3)
                            .start())
                    .isInstanceOf(SourceStartException.class)
                    .hasMessageStartingWith("The source of queue q could not start with Kafka at ")
                    .hasMessageContaining(": Kafka refused it: Unable to replicate the partition 3 time(s): ")
                    .hasMessageEndingWith("Set a replication factor that is not higher than the number of brokers"
                            + " (replicationFactor of a source, --replication-factor of a command, replication.factor of a"
                            + " sink), or add brokers.");
        }
    }

    @Test
    void credentialsThatAreMissingAreReportedWithTheSetting() {
        try (var queue = TaskQueue.<String>builder("q").build()) {
            assertThatThrownBy(() -> ReplicationSource.builder(queue, PayloadCodec.utf8())
                            .kafka(Map.of("bootstrap.servers", "127.0.0.1:1", "security.protocol", "SASL_PLAINTEXT"))
                            .start())
                    .isInstanceOf(SourceStartException.class)
                    .hasMessageStartingWith(
                            "The source of queue q could not start with Kafka at 127.0.0.1:1: "
                                    + "security.protocol is SASL_PLAINTEXT, but sasl.jaas.config is not set. Set sasl.mechanism");
        }
    }

    @Test
    void compactedEventTopicIsRefused() throws Exception {
        cluster.createTopic("compacted", 1, Map.of("cleanup.policy", "compact"));
        try (var queue = TaskQueue.<String>builder("q").build()) {
            assertThatThrownBy(() -> cluster.source(queue).topic("compacted").start())
                    .isInstanceOf(SourceStartException.class)
                    .hasMessage(
                            "Topic compacted has cleanup.policy=compact, but the key of an event is its queue's name,"
                                    + " so compaction would keep one event a queue. Set cleanup.policy=delete on it:"
                                    + " kafka-configs.sh --alter --topic compacted --add-config cleanup.policy=delete.");
        }
    }

    @Test
    void registryThatDeletesRecordsOrHasSeveralPartitionsIsRefused() throws Exception {
        cluster.createTopic("forgetful", 1, Map.of("cleanup.policy", "delete"));
        cluster.createTopic("split", 2, Map.of("cleanup.policy", "compact"));
        try (var queue = TaskQueue.<String>builder("q").build()) {
            assertThatThrownBy(() ->
                            cluster.source(queue).registryTopic("forgetful").start())
                    .isInstanceOf(SourceStartException.class)
                    .hasMessage("Topic forgetful has cleanup.policy=delete, so it would lose the owners of queues. Set"
                            + " cleanup.policy=compact on it: kafka-configs.sh --alter --topic forgetful --add-config"
                            + " cleanup.policy=compact.");
            assertThatThrownBy(
                            () -> cluster.source(queue).registryTopic("split").start())
                    .isInstanceOf(SourceStartException.class)
                    .hasMessage(
                            "Topic split has 2 partitions, but the offset of a claim is an epoch, and only in one partition"
                                    + " is each offset unique. Name another registry topic, with one partition.");
        }
    }

    @Test
    void fewerPartitionsThanRequestedAreRefused() throws Exception {
        cluster.createTopic("four", 4, Map.of());
        try (var queue = TaskQueue.<String>builder("q").build()) {
            assertThatThrownBy(() ->
                            cluster.source(queue).topic("four").partitions(5).start())
                    .isInstanceOf(SourceStartException.class)
                    .hasMessage("Topic four has 4 partitions, but 5 were requested. The count decides each new queue's"
                            + " partition: set partitions(4) or leave it out, or publish to a new topic.");
        }
    }

    @Test
    void aQueueStaysInItsPartitionAfterPartitionsWereAddedAndNewQueuesUseThem() throws Exception {
        String stays = queueInAddedPartition("stays");
        String moves = queueInAddedPartition("moves");
        long first;
        try (var queue = TaskQueue.<String>builder(stays).build();
                var source = cluster.source(queue).topic("grown").partitions(2).start();
                Admin admin = Admin.create(cluster.settings())) {
            first = source.epoch();
            queue.enqueue("before");
            admin.createPartitions(Map.of("grown", NewPartitions.increaseTo(7)))
                    .all()
                    .get(20, SECONDS);
            queue.enqueue("while it runs");
        }
        for (String payload : List.of("after", "after another start")) {
            try (var queue = TaskQueue.<String>builder(stays).build();
                    var source = cluster.source(queue).topic("grown").start()) {
                assertThat(source.epoch()).isGreaterThan(first);
                queue.enqueue(payload);
            }
        }
        try (var queue = TaskQueue.<String>builder(moves).build();
                var source = cluster.source(queue).topic("grown").start()) {
            queue.enqueue("new");
            source.replicated().get(20, SECONDS);
        }

        List<ConsumerRecord<byte[], byte[]>> records = cluster.read("grown");
        assertThat(partitionsOf(stays, records)).containsExactly(EventRecords.partitionOf(stays, 2));
        assertThat(partitionsOf(moves, records)).containsExactly(EventRecords.partitionOf(moves, 7));
        assertThat(cluster.events("grown", stays))
                .filteredOn(event -> event.kind() == EventKind.ENQUEUED)
                .extracting(ReplicationEvent::payload)
                .containsExactly("before", "while it runs", "after", "after another start");
    }

    @Test
    void newQueuesUseFewerPartitionsThanThereAreWhereRequested() throws Exception {
        cluster.createTopic("pinned", 7, Map.of());
        String moves = queueInAddedPartition("moves");
        try (var queue = TaskQueue.<String>builder(moves).build();
                var source = cluster.source(queue).topic("pinned").partitions(2).start()) {
            queue.enqueue("new");
            source.replicated().get(20, SECONDS);
        }
        assertThat(partitionsOf(moves, cluster.read("pinned"))).containsExactly(EventRecords.partitionOf(moves, 2));
    }

    @Test
    void aTopicThatWasCreatedAgainWithFewerPartitionsIsRefused() throws Exception {
        long epoch;
        try (var queue = TaskQueue.<String>builder("shrunk").build();
                var source = cluster.source(queue).topic("shrunk").partitions(3).start()) {
            epoch = source.epoch();
        }
        try (Admin admin = Admin.create(cluster.settings())) {
            admin.deleteTopics(List.of("shrunk")).all().get(20, SECONDS);
            Awaitility.await().until(() -> !admin.listTopics().names().get().contains("shrunk"));
        }
        cluster.createTopic("shrunk", 2, Map.of());
        try (var queue = TaskQueue.<String>builder("shrunk").build()) {
            assertThatThrownBy(() -> cluster.source(queue).topic("shrunk").start())
                    .isInstanceOf(SourceStartException.class)
                    .hasMessage("Topic shrunk has 2 partitions, but had 3 when queue shrunk was claimed at "
                            + new Position(epoch, 0)
                            + ": it was deleted and created with fewer. Create it with 3 partitions,"
                            + " or publish to a new topic: topic(...).");
        }
    }

    @Test
    void aTopicWhoseNameCollidesWithAnothersIsRefused() throws Exception {
        cluster.createTopic("my.events", 1, Map.of());
        try (var queue = TaskQueue.<String>builder("q").build()) {
            assertThatThrownBy(() -> cluster.source(queue).topic("my_events").start())
                    .isInstanceOf(SourceStartException.class)
                    .hasMessage("Topic my_events cannot be created: Topic 'my_events' collides with existing topic:"
                            + " my.events. Kafka does not distinguish dots and underscores in the names of topics, and takes"
                            + " letters, digits, dots, hyphens and underscores only. Choose another name.");
        }
    }

    /** The name of a queue that is in one of 7 partitions that is none of the first 2. */
    private static String queueInAddedPartition(String prefix) {
        return IntStream.range(0, 100)
                .mapToObj(number -> prefix + number)
                .filter(queue -> EventRecords.partitionOf(queue, 7) >= 2)
                .findFirst()
                .orElseThrow();
    }

    private static Set<Integer> partitionsOf(String queue, List<ConsumerRecord<byte[], byte[]>> records) {
        return records.stream()
                .filter(record -> queue.equals(new String(record.key(), StandardCharsets.UTF_8)))
                .map(ConsumerRecord::partition)
                .collect(Collectors.toSet());
    }

    @Test
    void aRegistryBehindTheEventsIsRefusedBeforeAnythingIsClaimed() throws Exception {
        cluster.createTopic("mirrored", 1, Map.of());
        ReplicationEvent<String> mirrored = ReplicationEvent.sourceStarted(
                "q", new SourceMetadata(new Position(40, 0), "peer-z", null, Instant.EPOCH), UUID.randomUUID());
        var record = new ProducerRecord<>(
                "mirrored",
                0,
                "q".getBytes(StandardCharsets.UTF_8),
                SourceTestCluster.CODEC.encode(mirrored, new byte[0]));
        EventHeaders.write(mirrored, UUID.randomUUID(), record.headers());
        cluster.send(record);
        try (var queue = TaskQueue.<String>builder("q").build()) {
            assertThatThrownBy(() -> cluster.source(queue)
                            .topic("mirrored")
                            .registryTopic("behind")
                            .start())
                    .isInstanceOf(SourceStartException.class)
                    .hasMessage("Partition mirrored-0 holds events of epoch 40, but the next claim in registry behind"
                            + " would be epoch 0, and every sink would drop its events as stale: the registry was lost, or"
                            + " the events were mirrored from a cluster with another one. Restore the registry, or name a"
                            + " new event topic.");
            assertThat(SourceRegistry.read(cluster.settings(), "behind")).isEmpty();
        }
    }

    @Test
    void clusterThatDoesNotAnswerIsReportedWithItsAddress() {
        try (var queue = TaskQueue.<String>builder("q").build()) {
            assertThatThrownBy(() -> ReplicationSource.builder(queue, PayloadCodec.utf8())
                            .kafka(Map.of(
                                    "bootstrap.servers",
                                    "127.0.0.1:1",
                                    "default.api.timeout.ms",
                                    "500",
                                    "request.timeout.ms",
                                    "400"))
                            .start())
                    .isInstanceOf(SourceStartException.class)
                    .hasMessageStartingWith("The source of queue q could not start with Kafka at 127.0.0.1:1: ")
                    .hasMessageEndingWith(
                            "Check that the cluster is running, and that its brokers can be reached from here"
                                    + " by the addresses that they advertise (advertised.listeners).");
        }
    }

    @Test
    void registryHoldsTheNewestClaimOfEachQueue() throws Exception {
        for (String peer : List.of("peer-a", "peer-b")) {
            try (var queue = TaskQueue.<String>builder("handed over").build();
                    var source = cluster.source(queue)
                            .topic("handed.events")
                            .registryTopic("handed.sources")
                            .sourcePeer(peer)
                            .start()) {
                Map<String, Claim> claims = SourceRegistry.read(cluster.settings(), "handed.sources");

                assertThat(claims).containsOnlyKeys("handed over");
                assertThat(Optional.ofNullable(claims.get("handed over")).map(Claim::sourcePeerId))
                        .contains(peer);
                assertThat(claims.get("handed over").epoch()).isEqualTo(source.epoch());
            }
        }
    }
}
