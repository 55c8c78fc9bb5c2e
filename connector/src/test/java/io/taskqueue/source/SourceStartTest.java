package io.taskqueue.source;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.SourceRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.ProducerRecord;
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
    void otherNumberOfPartitionsThanRequestedIsRefused() throws Exception {
        cluster.createTopic("four", 4, Map.of());
        try (var queue = TaskQueue.<String>builder("q").build()) {
            assertThatThrownBy(() ->
                            cluster.source(queue).topic("four").partitions(5).start())
                    .isInstanceOf(SourceStartException.class)
                    .hasMessage("Topic four has 4 partitions, but 5 were requested. The count decides each queue's"
                            + " partition and cannot be changed: set partitions(4) or leave it out, or publish to a new"
                            + " topic.");
        }
    }

    @Test
    void topicWhosePartitionCountGrewIsRefused() throws Exception {
        try (var queue = TaskQueue.<String>builder("grown").build();
                var source = cluster.source(queue).topic("grown").partitions(2).start();
                Admin admin = Admin.create(cluster.settings());
                var next = TaskQueue.<String>builder("grown").build()) {
            admin.createPartitions(Map.of("grown", NewPartitions.increaseTo(3)))
                    .all()
                    .get(20, SECONDS);

            assertThatThrownBy(() -> cluster.source(next).topic("grown").start())
                    .isInstanceOf(SourceStartException.class)
                    .hasMessage("Topic grown has 3 partitions, but had 2 when queue grown was claimed at "
                            + new Position(source.epoch(), 0)
                            + ". The count decides the queue's partition, so its history would continue in another one, out of"
                            + " order. Publish to a new topic with the count you want: topic(...).");
        }
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
