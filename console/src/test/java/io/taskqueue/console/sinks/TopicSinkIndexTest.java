package io.taskqueue.console.sinks;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.console.model.ParkedQuery;
import io.taskqueue.console.model.SinkPosition;
import io.taskqueue.console.model.SinkView;
import io.taskqueue.console.model.ViewProgress;
import io.taskqueue.streams.SinkService;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An index of sinks against a broker, with sinks that run. */
class TopicSinkIndexTest {

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

    private static TopicSinkIndex index(SettableQueues queues) {
        return TopicSinkIndex.builder(cluster.kafka(), queues)
                .interval(Duration.ofMillis(200))
                .discovery(Duration.ofMillis(500))
                .start();
    }

    private static SinkView sink(TopicSinkIndex index, String name) {
        assertThat(index.sinks()).extracting(SinkView::name).contains(name);
        return index.sinks().stream()
                .filter(sink -> sink.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aSinkIsShownWithWhatItsTopicsHold() throws Exception {
        FollowedCluster.Dispatcher orders = cluster.dispatcher("orders");
        SinkService billing = cluster.sink("billing", FollowedCluster.billing());
        orders.enqueue("one", "refuse two", "fail three", "four");
        SettableQueues queues = new SettableQueues();
        try (TopicSinkIndex index = index(queues)) {
            Awaitility.await().atMost(FollowedCluster.PATIENCE).untilAsserted(() -> {
                SinkView sink = sink(index, "billing");
                assertThat(sink.parked()).isEqualTo(1);
                assertThat(sink.failed()).isEqualTo(1);
                assertThat(sink.ambiguous()).isZero();
                assertThat(sink.undecodable()).isZero();
                assertThat(sink.inFlight()).isZero();
                assertThat(sink.lagEvents()).isZero();
                assertThat(sink.etaSeconds()).isZero();
            });
            assertThat(index.progress().state()).isEqualTo(ViewProgress.State.CURRENT);
            assertThat(index.owner("orders")).hasValueSatisfying(owner -> {
                assertThat(owner.peer()).isEqualTo("dispatcher-of-orders");
                assertThat(owner.epoch()).isPositive();
            });
            SinkPosition position = index.positions("billing", "orders").get(0);
            assertThat(position.sequence()).isEqualTo(4);
            assertThat(position.lagEvents()).isNull();
            assertThat(position.parked()).isEqualTo(1);
            queues.set(SettableQueues.queue("orders", 0, position.epoch(), 6));
            Awaitility.await().atMost(FollowedCluster.PATIENCE).untilAsserted(() -> assertThat(
                            index.positions(null, "orders"))
                    .singleElement()
                    .extracting(SinkPosition::lagEvents)
                    .isEqualTo(2L));
            assertThat(index.parked(new ParkedQuery("billing", "orders", null, null, null, 10, null), true)
                            .items())
                    .singleElement()
                    .satisfies(parked -> {
                        assertThat(parked.payload()).isEqualTo("\"fail three\"");
                        assertThat(parked.error()).contains("gateway is down");
                        assertThat(parked.state()).isEqualTo("parked");
                    });
        }
        billing.close();
    }
}
