package io.taskqueue.console.sinks;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.console.model.SinkView;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.streams.SinkService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
