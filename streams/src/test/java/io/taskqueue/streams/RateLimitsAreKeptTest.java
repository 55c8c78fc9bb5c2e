package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.admin.SinkRates;
import io.taskqueue.streams.rate.RateLimit;
import io.taskqueue.streams.rate.RateOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;

/** Rate limits on a broker: an order reaches the sink while it runs, and is kept over a restart. */
class RateLimitsAreKeptTest {

    private static final RateLimit ALMOST_NONE = RateLimit.perSecond(0.001);

    @Test
    void anOrderChangesTheLimitOfARunningSinkAndHoldsAfterItsRestart() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(2)) {
            for (String queue : new String[] {"a", "b", "c"}) {
                cluster.source(queue, 1).open().tasks(0, 5);
            }
            SinkRates rates = new SinkRates(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()), "limited");
            SinkService first = start(cluster, "limited");
            await(() -> assertThat(cluster.ledger.calls()).hasSize(1));
            Awaitility.await()
                    .during(Duration.ofSeconds(1))
                    .atMost(SinkTestCluster.PATIENCE)
                    .until(() -> cluster.ledger.calls().size() == 1);
            assertThat(first.status().queues())
                    .as("events that wait are in flight, in their place")
                    .anyMatch(queue -> queue.inFlight() > 1);

            rates.order(new RateOrder(
                    Optional.of(new RateLimit(1_000, 500)), "ann", Instant.parse("2026-11-01T10:00:00Z")));
            await(() -> assertThat(cluster.ledger.keys()).isEqualTo(45));
            cluster.awaitCaughtUp("limited", first);
            first.close();

            cluster.source("d", 1).open().tasks(0, 5);
            SinkService second = start(cluster, "limited");
            await(() -> assertThat(cluster.ledger.keys()).isEqualTo(60));
            cluster.awaitCaughtUp("limited", second);

            rates.order(new RateOrder(Optional.empty(), "", Instant.parse("2026-11-01T11:00:00Z")));
            cluster.source("e", 1).open().tasks(0, 5);
            await(() -> assertThat(second.status().queues()).anyMatch(queue -> queue.inFlight() > 1));
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }

    @Test
    void aSinkThatStopsWhileEventsWaitAppliesThemAfterItsNextStart() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            cluster.source("orders", 1).open().tasks(0, 5);
            SinkService limited = start(cluster, "stopped-while-limited");
            await(() -> assertThat(cluster.ledger.calls()).hasSize(1));
            limited.close();

            SinkService unlimited = cluster.start(cluster.sink("stopped-while-limited", sink(cluster)));
            await(() -> assertThat(cluster.ledger.keys()).isEqualTo(15));
            cluster.awaitCaughtUp("stopped-while-limited", unlimited);
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }

    @Test
    void orderForASinkThatNeverRanIsRefused() {
        SinkRates rates = new SinkRates(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()), "never-limited");
        assertThatThrownBy(() -> rates.order(new RateOrder(Optional.of(RateLimit.perKey(1)), "", Instant.EPOCH)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "Sink never-limited has no control topic never-limited.control, on which rate limits are ordered. "
                                + "The sink creates it: start it once, and repeat the command.");
    }

    private static SinkService start(SinkTestCluster cluster, String name) {
        return cluster.start(cluster.sink(name, sink(cluster)).rate(ALMOST_NONE));
    }

    private static ReplicationSink<String> sink(SinkTestCluster cluster) {
        return (event, effects) -> effects.run("call", key -> cluster.ledger.called(key.toString()));
    }

    private static void await(ThrowingRunnable assertion) {
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).untilAsserted(assertion);
    }
}
