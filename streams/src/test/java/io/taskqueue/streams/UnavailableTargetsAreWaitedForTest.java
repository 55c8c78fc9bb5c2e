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

/** An unavailable target is called once per wait only; all events stay in place, and no event loses an attempt. */
class UnavailableTargetsAreWaitedForTest {

    private static final RetryPolicy FOUR_ATTEMPTS =
            new RetryPolicy(4, Duration.ofMillis(300), Duration.ofMillis(300), 0);
    private static final BreakerPolicy BREAKER =
            new BreakerPolicy(10, 5, Duration.ofMillis(200), Duration.ofMillis(400));

    private final AtomicBoolean unavailable = new AtomicBoolean();
    private final AtomicInteger failed = new AtomicInteger();

    private ReplicationSink<String> sink(SinkTestCluster cluster) {
        return (event, effects) -> effects.run("call", key -> {
            if (unavailable.get()) {
                failed.incrementAndGet();
                throw new IOException("the target is unavailable");
            }
            cluster.ledger.called(key.toString());
        });
    }

    @Test
    void theSinkWaitsAndReportsItAndResumesWhenTheTargetIsAvailable() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(2)) {
            SimpleMeterRegistry meters = new SimpleMeterRegistry();
            SinkService service = cluster.start(cluster.sink("waiting", sink(cluster))
                    .metrics(meters)
                    .retry(FOUR_ATTEMPTS)
                    .breaker(BREAKER));
            EventTopicWriter one = cluster.source("a", 1).open();
            EventTopicWriter other = cluster.source("b", 1).open();
            one.tasks(0, 3);
            other.tasks(0, 3);
            cluster.awaitCaughtUp("waiting", service);
            assertThat(service.ready()).isTrue();
            assertThat(meters.get(SinkMeters.BREAKER).gauge().value()).isZero();

            long failedSince = Ticker.system().nanos();
            unavailable.set(true);
            one.tasks(3, 6);
            other.tasks(3, 6);
            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .until(() -> service.status().waiting().isPresent());
            // those that ran when it opened, and one attempt for each wait that has ended
            int waits = (int)
                    (Duration.ofNanos(Ticker.system().nanos() - failedSince).toMillis() / 200);
            assertThat(failed).hasValueBetween(10, 10 + 6 + waits);

            // six events take turns: if these attempts counted, each event would have used up its four
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> failed.get() >= 40);
            assertThat(service.status().state()).isEqualTo(SinkState.RUNNING);
            assertThat(service.ready()).isFalse();
            assertThat(service.status().waiting().orElseThrow())
                    .startsWith("Sink waiting has waited for its target since ")
                    .contains("java.io.IOException: the target is unavailable.");
            assertThat(meters.get(SinkMeters.BREAKER).gauge().value()).isEqualTo(1);
            assertThat(service.status().queues())
                    .allMatch(queue -> queue.positions().lag() == 9 && queue.inFlight() == 9);

            unavailable.set(false);
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
                .retry(FOUR_ATTEMPTS)
                .breaker(BREAKER)
                .drainTimeout(Duration.ofSeconds(30)));
    }

    private static void awaitWaiting(SinkService service) {
        Awaitility.await()
                .atMost(SinkTestCluster.PATIENCE)
                .until(() -> service.status().waiting().isPresent());
    }

    @Test
    void aWaitingSinkStopsImmediatelyAndTheNextStartResumes() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            unavailable.set(true);
            cluster.source("orders", 1).open().tasks(0, 1_000);
            SinkService service = waiting(cluster, "stopped-waiting", "one");
            awaitWaiting(service);

            long before = Ticker.system().nanos();
            service.close();
            assertThat(Duration.ofNanos(Ticker.system().nanos() - before)).isLessThan(Duration.ofSeconds(15));
            assertThat(service.status().state()).isEqualTo(SinkState.STOPPED);

            unavailable.set(false);
            SinkService next = waiting(cluster, "stopped-waiting", "one");
            cluster.awaitCaughtUp("stopped-waiting", next);
            assertThat(cluster.ledger.keys()).isEqualTo(3_000);
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }

    @Test
    void partitionsAreReassignedWhileASinkWaits() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(4)) {
            unavailable.set(true);
            for (String queue : new String[] {"a", "b", "c", "d"}) {
                cluster.source(queue, 1).open().tasks(0, 100);
            }
            SinkService one = waiting(cluster, "reassigned-waiting", "one");
            awaitWaiting(one);
            SinkService other = waiting(cluster, "reassigned-waiting", "two");
            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .until(() -> !other.status().queues().isEmpty());
            awaitWaiting(other);

            unavailable.set(false);
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> cluster.ledger.keys() == 1_200);
            cluster.awaitCaughtUp("reassigned-waiting", one, other);
            assertThat(cluster.ledger.repeated()).isEmpty();
            assertThat(one.status().waiting()).isEmpty();
            assertThat(other.status().waiting()).isEmpty();
        }
    }
}
