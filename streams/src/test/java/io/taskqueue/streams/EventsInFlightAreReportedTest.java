package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.streams.admin.CommittedCheckpoint;
import io.taskqueue.streams.status.QueueStatus;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** While an event is stuck, everything that the sink reports stays correct. */
class EventsInFlightAreReportedTest {

    @Test
    void theCheckpointStaysBelowTheLowestEventInFlightAndLagAndDepthCountTheOthers() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            CountDownLatch go = new CountDownLatch(1);
            SimpleMeterRegistry meters = new SimpleMeterRegistry();
            EventTopicWriter source = cluster.source("orders", 1).open();
            SinkService service = cluster.start(cluster.sink("reported", (event, effects) -> {
                        if (event.position().sequence() == 5) {
                            go.await();
                        }
                        effects.run("call", key -> cluster.ledger.called(key.toString()));
                    })
                    .metrics(meters));
            List<Position> observed = new CopyOnWriteArrayList<>();
            try (AutoCloseable watching =
                    service.observe(applied -> observed.add(applied.event().position()))) {
                for (int task = 0; task < 20; task++) {
                    source.next(EventKind.ENQUEUED, task);
                }
                Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> observed.size() == 19);
                assertThat(watching).isNotNull();
                Awaitility.await().atMost(SinkTestCluster.PATIENCE).untilAsserted(() -> {
                    QueueStatus queue = service.status().queues().get(0);
                    assertThat(queue.positions().newest()).isEqualTo(new Position(1, 20));
                    assertThat(queue.positions().done()).isEqualTo(new Position(1, 4));
                    assertThat(queue.positions().lag()).isEqualTo(16);
                    assertThat(queue.inFlight()).isEqualTo(1);
                    assertThat(queue.counts().applied()).isEqualTo(19);
                    assertThat(queue.positions().peers()).containsEntry("default", new Position(1, 4));
                });
                Awaitility.await().atMost(SinkTestCluster.PATIENCE).untilAsserted(() -> assertThat(
                                CommittedCheckpoint.read(kafka(), "reported"))
                        .singleElement()
                        .satisfies(checkpoint -> {
                            assertThat(checkpoint.queueName()).isEqualTo("orders");
                            assertThat(checkpoint.taken()).isEqualTo(new Position(1, 20));
                            assertThat(checkpoint.done()).isEqualTo(new Position(1, 4));
                            assertThat(checkpoint.inFlight().events()).isEqualTo(1);
                            assertThat(checkpoint.inFlight().oldestAt()).isNotNull();
                        }));
                assertThat(observed).doesNotContain(new Position(1, 5));
                assertThat(service.ready()).isTrue();
                assertThat(service.status().settled()).isFalse();
                assertThat(gauge(meters, SinkMeters.INFLIGHT)).isEqualTo(1);
                assertThat(gauge(meters, SinkMeters.SEQUENCE_LAG)).isEqualTo(16);
                assertThat(gauge(meters, SinkMeters.WALL_CLOCK_LAG)).isPositive();

                go.countDown();
                cluster.awaitCaughtUp("reported", service);
                Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> observed.size() == 20);
            }
            assertThat(observed.get(19)).isEqualTo(new Position(1, 5));
            assertThat(CommittedCheckpoint.read(kafka(), "reported"))
                    .singleElement()
                    .satisfies(checkpoint -> {
                        assertThat(checkpoint.queueName()).isEqualTo("orders");
                        assertThat(checkpoint.taken()).isEqualTo(new Position(1, 20));
                        assertThat(checkpoint.done()).isEqualTo(new Position(1, 20));
                        assertThat(checkpoint.inFlight().events()).isZero();
                    });
            assertThat(CommittedCheckpoint.read(kafka(), "unknown")).isEmpty();
            assertThat(service.status().queues().get(0).positions().done()).isEqualTo(new Position(1, 20));
            assertThat(gauge(meters, SinkMeters.INFLIGHT)).isZero();
            assertThat(gauge(meters, SinkMeters.SEQUENCE_LAG)).isZero();
            assertThat(gauge(meters, SinkMeters.WALL_CLOCK_LAG)).isZero();
        }
    }

    private static Map<String, Object> kafka() {
        return Map.of("bootstrap.servers", SinkTestCluster.bootstrap());
    }

    private static double gauge(SimpleMeterRegistry meters, String name) {
        return meters.get(name).gauge().value();
    }
}
