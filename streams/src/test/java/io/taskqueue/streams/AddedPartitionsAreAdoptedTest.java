package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.kafka.TopicNames;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.state.StoreNames;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class AddedPartitionsAreAdoptedTest {

    @Test
    void theBacklogIsAppliedOnceUnderTheSameKeysAfterTheNextStart() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(2)) {
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.tasks(0, 2);
            SinkService before = cluster.start(cluster.sink("backlog", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("backlog", before);
            before.close();
            source.tasks(2, 4);
            add(cluster, 5);

            SinkService after = cluster.start(cluster.sink("backlog", cluster.calling(Duration.ZERO)));
            source.tasks(4, 5);
            cluster.awaitCaughtUp("backlog", after);

            assertThat(cluster.ledger.calls())
                    .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 15)
                            .mapToObj(position -> source.key("backlog", position))
                            .toList());
            assertThat(after.status().queues().get(0).counts().gaps()).isZero();
            assertOwnTopicsHave(cluster, "backlog", 5);
            assertThat(after.status().logChanges()).singleElement().satisfies(change -> {
                assertThat(change.text()).isEqualTo("the topic has 5 partitions, and had 2");
                assertThat(change.kind().needsOperator()).isFalse();
            });
            assertThat(after.status().health().notes()).isEmpty();
        }
    }

    @Test
    void aRunningSinkContinuesThoughKafkaStreamsFindsThemBeforeItsNextCheck() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1);
                SinkTestCluster grown = cluster.withPartitions(4)) {
            CountDownLatch release = new CountDownLatch(1);
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.tasks(0, 2);
            SinkService service = cluster.start(cluster.sink(
                            "surprised",
                            (event, effects) -> effects.run("call", key -> {
                                release.await();
                                cluster.ledger.called(key.toString());
                            }))
                    .kafka(Map.of(
                            "bootstrap.servers", SinkTestCluster.bootstrap(), "consumer.metadata.max.age.ms", 300))
                    .topicCheckInterval(Duration.ofHours(1)));
            add(cluster, 4);
            EventTopicWriter another = grown.source("returns", 2).open(); // partition 3 of 4
            another.tasks(0, 2);
            release.countDown();

            Awaitility.await().atMost(SinkTestCluster.PATIENCE).untilAsserted(() -> {
                assertThat(service.status().failure()).isEmpty();
                assertThat(Set.copyOf(cluster.ledger.calls())).hasSize(12);
            });
            assertOwnTopicsHave(cluster, "surprised", 4);
        }
    }

    @Test
    void aRunningSinkExtendsItsTopicsWithinItsCheckInterval() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            cluster.start(cluster.sink("watchful", cluster.calling(Duration.ZERO))
                    .topicCheckInterval(Duration.ofMillis(100)));
            add(cluster, 3);
            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .ignoreExceptions() // Kafka Streams creates its topics after the start
                    .untilAsserted(() -> assertOwnTopicsHave(cluster, "watchful", 3));
        }
    }

    @Test
    void aTopicThatWasCreatedAgainWithFewerPartitionsIsRefused() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(2)) {
            cluster.source("orders", 1).open().tasks(0, 1);
            SinkService service = cluster.start(cluster.sink("shrunk", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("shrunk", service);
            service.close();
            cluster.admin
                    .createTopics(List.of(new NewTopic(cluster.topic + "-small", 1, (short) 1)))
                    .all()
                    .get();
            assertThatThrownBy(() -> cluster.sink("shrunk", cluster.calling(Duration.ZERO))
                            .topic(cluster.topic + "-small")
                            .start())
                    .isInstanceOf(SinkStoppedException.class)
                    .hasMessage("Topic " + cluster.topic
                            + "-small has 1 partitions, but topic shrunk.control of sink shrunk"
                            + " has 2, and a command is for the partition of its queue. Delete shrunk.control while the sink is"
                            + " stopped; the next start creates it again.");
            cluster.admin.deleteTopics(List.of("shrunk.control")).all().get();
            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .until(() -> !cluster.admin.listTopics().names().get().contains("shrunk.control"));
            assertThatThrownBy(() -> cluster.sink("shrunk", cluster.calling(Duration.ZERO))
                            .topic(cluster.topic + "-small")
                            .start())
                    .isInstanceOf(SinkStoppedException.class)
                    .hasMessage("Topic " + cluster.topic
                            + "-small has 1 partitions, but the state of sink shrunk was written"
                            + " for 2: the topic was deleted and created with fewer. Create it with 2 partitions, or read it"
                            + " with a sink of another name.");
        }
    }

    /** Returns when records can be sent to all: one sent earlier with others behind it may never be accepted (KAFKA-15591). */
    private static void add(SinkTestCluster cluster, int total) throws Exception {
        cluster.admin
                .createPartitions(Map.of(cluster.topic, NewPartitions.increaseTo(total)))
                .all()
                .get();
        try (SinkTestCluster grown = cluster.withPartitions(total)) {
            grown.awaitLeaders();
        }
    }

    private static void assertOwnTopicsHave(SinkTestCluster cluster, String sink, int partitions) throws Exception {
        List<String> topics = List.of(
                TopicNames.control(sink),
                TopicNames.changelog(sink, StoreNames.STATE),
                TopicNames.changelog(sink, StoreNames.RESULTS));
        assertThat(cluster.admin.describeTopics(topics).allTopicNames().get().values())
                .allSatisfy(topic -> assertThat(topic.partitions()).hasSize(partitions));
    }
}
