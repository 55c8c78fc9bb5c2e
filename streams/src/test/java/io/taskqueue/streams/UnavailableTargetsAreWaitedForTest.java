package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.queue.Ticker;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.streams.status.SinkState;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A target that is dead is left alone, with all events in place, and costs no event its tries. */
class UnavailableTargetsAreWaitedForTest {

    private static final RetryPolicy FOUR_TRIES = new RetryPolicy(4, Duration.ofMillis(300), Duration.ofMillis(300), 0);
    private static final BreakerPolicy BREAKER =
            new BreakerPolicy(10, 5, Duration.ofMillis(200), Duration.ofMillis(400));

    private final AtomicBoolean dead = new AtomicBoolean();
    private final AtomicInteger failed = new AtomicInteger();

    private ReplicationSink<String> sink(SinkTestCluster cluster) {
        return (event, effects) -> effects.run("call", key -> {
            if (dead.get()) {
                failed.incrementAndGet();
                throw new IOException("the target is dead");
            }
            cluster.ledger.called(key.toString());
        });
    }

    @Test
    void theSinkWaitsSaysSoAndGoesOnWhenTheTargetIsBack() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(2)) {
            SimpleMeterRegistry meters = new SimpleMeterRegistry();
            SinkService service = cluster.start(cluster.sink("waiting", sink(cluster))
                    .metrics(meters)
                    .retry(FOUR_TRIES)
                    .breaker(BREAKER));
            EventTopicWriter one = cluster.source("a", 1).open();
            EventTopicWriter other = cluster.source("b", 1).open();
            one.tasks(0, 3);
            other.tasks(0, 3);
            cluster.awaitCaughtUp("waiting", service);
            assertThat(service.ready()).isTrue();
            assertThat(meters.get(SinkMeters.BREAKER).gauge().value()).isZero();

            long died = Ticker.system().nanos();
            dead.set(true);
            one.tasks(3, 6);
            other.tasks(3, 6);
            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .until(() -> service.status().waiting().isPresent());
            // those that ran when it opened, and one try for each wait that is over by now
            int waits = (int) (Duration.ofNanos(Ticker.system().nanos() - died).toMillis() / 200);
            assertThat(failed).hasValueBetween(10, 10 + 6 + waits);

            // six events take turns: were the tries counted, each would have used its four up
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> failed.get() >= 40);
            assertThat(service.status().state()).isEqualTo(SinkState.RUNNING);
            assertThat(service.ready()).isFalse();
            assertThat(service.status().waiting().orElseThrow())
                    .startsWith("Sink waiting has waited for its target since ")
                    .contains("java.io.IOException: the target is dead.");
            assertThat(meters.get(SinkMeters.BREAKER).gauge().value()).isEqualTo(1);
            assertThat(service.status().queues())
                    .allMatch(queue -> queue.positions().lag() == 9 && queue.inFlight() == 9);

            dead.set(false);
            cluster.awaitCaughtUp("waiting", service);
            assertThat(cluster.ledger.keys()).isEqualTo(36);
            assertThat(cluster.ledger.repeated()).isEmpty();
            assertThat(service.status().waiting()).isEmpty();
            assertThat(service.ready()).isTrue();
            assertThat(meters.get(SinkMeters.BREAKER).gauge().value()).isZero();
        }
    }

    private SinkService waiting(SinkTestCluster cluster, String name, String state) {
        return cluster.start(cluster.sink(name, sink(cluster))
                .stateDirectory(cluster.state(state))
                .retry(FOUR_TRIES)
                .breaker(BREAKER)
                .drainTimeout(Duration.ofSeconds(30)));
    }

    private static void awaitWaiting(SinkService service) {
        Awaitility.await()
                .atMost(SinkTestCluster.PATIENCE)
                .until(() -> service.status().waiting().isPresent());
    }

    @Test
    void aSinkThatWaitsStopsAtOnceAndTheNextOneGoesOn() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            dead.set(true);
            cluster.source("orders", 1).open().tasks(0, 1_000);
            SinkService service = waiting(cluster, "stopped-dead", "one");
            awaitWaiting(service);

            long before = Ticker.system().nanos();
            service.close();
            assertThat(Duration.ofNanos(Ticker.system().nanos() - before)).isLessThan(Duration.ofSeconds(15));
            assertThat(service.status().state()).isEqualTo(SinkState.STOPPED);

            dead.set(false);
            SinkService next = waiting(cluster, "stopped-dead", "one");
            cluster.awaitCaughtUp("stopped-dead", next);
            assertThat(cluster.ledger.keys()).isEqualTo(3_000);
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }

    @Test
    void partitionsChangeHandsWhileASinkWaits() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(4)) {
            dead.set(true);
            for (String queue : new String[] {"a", "b", "c", "d"}) {
                cluster.source(queue, 1).open().tasks(0, 100);
            }
            SinkService one = waiting(cluster, "handed-dead", "one");
            awaitWaiting(one);
            SinkService other = waiting(cluster, "handed-dead", "two");
            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .until(() -> !other.status().queues().isEmpty());
            awaitWaiting(other);

            dead.set(false);
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> cluster.ledger.keys() == 1_200);
            cluster.awaitCaughtUp("handed-dead", one, other);
            assertThat(cluster.ledger.repeated()).isEmpty();
            assertThat(one.status().waiting()).isEmpty();
            assertThat(other.status().waiting()).isEmpty();
        }
    }
}
