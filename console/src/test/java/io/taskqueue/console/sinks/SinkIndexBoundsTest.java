package io.taskqueue.console.sinks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.console.model.ParkedDecision;
import io.taskqueue.console.model.ParkedQuery;
import io.taskqueue.console.model.SinkView;
import io.taskqueue.console.model.UnknownAnswerException;
import io.taskqueue.event.TaskId;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.parking.ParkedCommand;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.assertj.core.api.ThrowingConsumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an index of sinks shows beyond its bounds, and of topics that are gone, on a broker. */
class SinkIndexBoundsTest {

    private static final String LARGE = "x".repeat(4_000);

    @TempDir
    static Path directory;

    private static FollowedCluster cluster;

    @BeforeAll
    static void startBroker() throws Exception {
        cluster = new FollowedCluster(directory);
    }

    @AfterAll
    static void stopBroker() throws Exception {
        cluster.stop();
    }

    private static TopicSinkIndex.Builder index() {
        return TopicSinkIndex.builder(cluster.kafka(), new SettableQueues())
                .interval(Duration.ofMillis(200))
                .discovery(Duration.ofMillis(500));
    }

    private static void await(TopicSinkIndex index, String name, ThrowingConsumer<SinkView> expected) {
        Awaitility.await().atMost(FollowedCluster.PATIENCE).untilAsserted(() -> assertThat(index.sinks())
                .filteredOn(sink -> sink.name().equals(name))
                .singleElement()
                .satisfies(expected));
    }

    @Test
    void parkedEventsBeyondTheBoundAreUnknown() throws Exception {
        FollowedCluster.Dispatcher queue = cluster.dispatcher("many-parked");
        SinkService sink = cluster.sink("many-parked-sink", "many-parked", cluster.billing());
        queue.enqueue("fail one " + LARGE, "fail two " + LARGE);
        try (TopicSinkIndex small = index().maxParkedBytes(6_000).start();
                TopicSinkIndex large = index().start()) {
            await(large, "many-parked-sink", found -> assertThat(found.parked()).isEqualTo(2));
            await(small, "many-parked-sink", found -> {
                assertThat(found.inFlight()).as("the state is read").isZero();
                assertThat(found.parked()).isNull();
                assertThat(found.ambiguous()).isNull();
            });
        }
        sink.close();
    }

    @Test
    void parkedEventsThatCameDownBelowTheBoundAreShownAgain() throws Exception {
        FollowedCluster.Dispatcher queue = cluster.dispatcher("fewer-parked");
        SinkService sink = cluster.sink("fewer-parked-sink", "fewer-parked", cluster.billing());
        queue.enqueue("fail one " + LARGE, "fail two " + LARGE, "fail three");
        ParkedQuery all = new ParkedQuery("fewer-parked-sink", null, null, null, null, 10, null);
        try (TopicSinkIndex small = index().maxParkedBytes(8_000).start();
                TopicSinkIndex large = index().start()) {
            await(large, "fewer-parked-sink", found -> assertThat(found.parked())
                    .isEqualTo(3));
            await(small, "fewer-parked-sink", found -> {
                assertThat(found.inFlight()).as("the state is read").isZero();
                assertThat(found.parked()).isNull();
            });
            assertThatThrownBy(() -> small.parked(all, false))
                    .isInstanceOf(UnknownAnswerException.class)
                    .hasMessage(
                            "The parked events of sink fewer-parked-sink are unknown: they are more than 8,000 bytes, which"
                                    + " the console does not hold. It shows them again when they have come down to three quarters of"
                                    + " that; until then, list them with: taskqueue parked list --name fewer-parked-sink");

            cluster.repaired = true;
            ParkedQuery first = new ParkedQuery("fewer-parked-sink", null, null, "fewer-parked/", null, 1, null);
            String task = large.parked(first, false).items().get(0).taskId();
            var unused = large.decide(
                    new ParkedQuery("fewer-parked-sink", null, task, null, null, 10, null),
                    new ParkedDecision(ParkedDecision.Action.REDRIVE, "alice", "", false, false));

            for (TopicSinkIndex index : List.of(small, large)) {
                await(index, "fewer-parked-sink", found -> assertThat(found.parked())
                        .isEqualTo(2));
            }
            assertThat(small.parked(all, true).items())
                    .as("the same as where all of them were held")
                    .isEqualTo(large.parked(all, true).items())
                    .allSatisfy(parked -> assertThat(parked.payload()).startsWith("\"fail "));
        } finally {
            cluster.repaired = false;
        }
        sink.close();
    }

    @Test
    void aTopicThatWasCreatedAgainIsReadFromItsStartHoweverLongItIs() throws Exception {
        cluster.dispatcher("recreated-longer").enqueue("one");
        cluster.commitAs("recreated-longer-sink");
        String topic = TopicNames.control("recreated-longer-sink");
        cluster.createTopic(topic);
        cluster.write(topic, command(1));
        SinkIndexSettings settings = new SinkIndexSettings(
                cluster.kafka(),
                TopicNames.EVENTS,
                TopicNames.REGISTRY,
                SinkIndexSettings.Times.DEFAULTS,
                SinkIndexSettings.Bounds.DEFAULTS);
        try (ClusterScan scan = new ClusterScan(settings, Clock.systemUTC())) {
            assertThat(decidedTasks(scan, "recreated-longer-sink")).containsExactly(1L);

            cluster.deleteTopic(topic);
            Awaitility.await()
                    .atMost(FollowedCluster.PATIENCE)
                    .ignoreExceptions()
                    .until(() -> {
                        cluster.createTopic(topic);
                        return true;
                    });
            cluster.write(topic, command(2), command(3));

            Awaitility.await()
                    .atMost(FollowedCluster.PATIENCE)
                    .ignoreExceptionsInstanceOf(KafkaException.class)
                    .untilAsserted(() -> assertThat(decidedTasks(scan, "recreated-longer-sink"))
                            .containsExactlyInAnyOrder(2L, 3L));
        }
    }

    private static byte[] command(long task) {
        return new ParkedCommand(
                        ParkedCommand.Action.REDRIVE,
                        new TaskId("recreated-longer", 1, task),
                        task,
                        1,
                        "alice",
                        "",
                        false,
                        "decision")
                .json();
    }

    /** The tasks of the decisions that a round finds. */
    private static List<Long> decidedTasks(ClusterScan scan, String sink) throws InterruptedException {
        scan.discover();
        scan.measure(0);
        scan.readTopics(progress -> {}, 0);
        SinkSnapshot found = scan.snapshot(new QueuePositions(), 0).sinks().get(sink);
        assertThat(found).isNotNull();
        return found.decisions().require("The decisions").stream()
                .map(decision -> decision.event().offset())
                .toList();
    }

    @Test
    void failuresBeyondTheBoundAreUnknown() throws Exception {
        FollowedCluster.Dispatcher queue = cluster.dispatcher("many-failed");
        SinkService sink = cluster.sink("many-failed-sink", "many-failed", cluster.billing());
        queue.enqueue("refuse one", "refuse two");
        try (TopicSinkIndex small = index().maxFailures(1).start();
                TopicSinkIndex large = index().start()) {
            await(large, "many-failed-sink", found -> assertThat(found.failed()).isEqualTo(2));
            await(small, "many-failed-sink", found -> {
                assertThat(found.inFlight()).as("the state is read").isZero();
                assertThat(found.failed()).isNull();
            });
        }
        sink.close();
    }

    @Test
    void sinksBeyondTheBoundAreNotShown() throws Exception {
        cluster.dispatcher("few-sinks").enqueue("one");
        cluster.commitAs("0-first");
        cluster.commitAs("0-second");
        try (TopicSinkIndex index = index().maxSinks(1).start()) {
            await(index, "0-first", found -> {});

            assertThat(index.sinks()).extracting(SinkView::name).containsExactly("0-first");
        }
    }

    @Test
    void aStateWhoseTopicIsDeletedIsUnknownAndIsReadAgainOnceTheTopicIsCreatedAgain() throws Exception {
        FollowedCluster.Dispatcher queue = cluster.dispatcher("recreated");
        SinkService sink = cluster.sink("recreated-sink", "recreated", cluster.billing());
        queue.enqueue("one", "fail two");
        String topic = TopicNames.changelog("recreated-sink", "state");
        try (TopicSinkIndex index = index().start()) {
            await(index, "recreated-sink", found -> assertThat(found.parked()).isEqualTo(1));
            sink.close();

            cluster.deleteTopic(topic);
            await(index, "recreated-sink", found -> {
                assertThat(found.parked()).isNull();
                assertThat(found.inFlight()).isNull();
            });

            cluster.createTopic(topic);
            await(index, "recreated-sink", found -> {
                assertThat(found.parked()).isZero();
                assertThat(found.inFlight()).isZero();
            });
            assertThat(index.positions("recreated-sink", "recreated")).isEqualTo(List.of());
        }
    }
}
