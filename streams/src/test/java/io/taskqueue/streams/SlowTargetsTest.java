package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.event.EventKind;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.streams.status.AppliedEvent;
import io.taskqueue.streams.status.EffectCounts;
import io.taskqueue.streams.status.Observers;
import io.taskqueue.streams.status.SinkProgress;
import io.taskqueue.streams.status.SinkState;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class SlowTargetsTest {

    @Test
    void anUnavailableTargetNeitherEvictsTheSinkNorFillsItsMemory() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            CountDownLatch alive = new CountDownLatch(1);
            cluster.source("orders", 1).open().tasks(0, 300);
            SimpleMeterRegistry meters = new SimpleMeterRegistry();
            SinkService service = cluster.start(cluster.sink("patient", (event, effects) -> {
                        alive.await();
                        effects.run("call", key -> cluster.ledger.called(key.toString()));
                    })
                    .concurrency(4)
                    .maxInFlight(16)
                    .metrics(meters)
                    .kafkaMetrics(true)
                    .kafka(Map.of(
                            "bootstrap.servers",
                            SinkTestCluster.bootstrap(),
                            "consumer.max.poll.interval.ms",
                            "4000")));
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(service::ready);
            double rebalances = rebalances(meters);
            Awaitility.await()
                    .during(Duration.ofSeconds(9))
                    .atMost(SinkTestCluster.PATIENCE)
                    .until(() -> service.status().queues().stream().allMatch(queue -> queue.inFlight() <= 16 + 40));
            assertThat(service.status().queues().get(0).inFlight()).isGreaterThanOrEqualTo(16);
            assertThat(meters.get(SinkMeters.INFLIGHT).gauge().value()).isGreaterThanOrEqualTo(16);
            assertThat(service.ready()).isTrue();
            assertThat(rebalances(meters)).isEqualTo(rebalances);

            alive.countDown();
            cluster.awaitCaughtUp("patient", service);
            assertThat(cluster.ledger.keys()).isEqualTo(900);
            assertThat(cluster.ledger.repeated()).isEmpty();
            assertThat(meters.get(SinkMeters.APPLIED).counter().count()).isEqualTo(900);
        }
    }

    private static double rebalances(SimpleMeterRegistry meters) {
        return meters.get("taskqueue.kafka.consumer.coordinator.rebalance.total")
                .meter()
                .measure()
                .iterator()
                .next()
                .getValue();
    }

    @Test
    void aTaskThatWaitsForItsNextAttemptOccupiesNoWorkerAndDelaysNoOtherTask() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            AtomicInteger failures = new AtomicInteger();
            ReplicationSink<String> sink = (event, effects) -> effects.run("call", key -> {
                if (event.taskId().sequenceId() <= 10 && failures.incrementAndGet() <= 10) {
                    throw new IOException("temporary");
                }
                cluster.ledger.called(key.toString());
            });
            cluster.source("orders", 1).open().tasks(0, 100);
            SinkService service = cluster.start(cluster.sink("retrying", sink)
                    .concurrency(1)
                    .retry(new RetryPolicy(2, Duration.ofSeconds(8), Duration.ofSeconds(8), 0)));

            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> cluster.ledger.keys() == 270);
            // the status follows with the next tick, long before the next attempts
            Awaitility.await()
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> service.status().queues().get(0).positions().lag() >= 290);
            cluster.awaitCaughtUp("retrying", service);
            assertThat(cluster.ledger.keys()).isEqualTo(300);
            assertThat(service.status().effects()).isEqualTo(new EffectCounts(300, 0, 0, 0, 0, 0));
        }
    }

    @Test
    void anEffectThatOutlivesTheDrainTimeoutIsInterruptedAndRunsAgainAtTheNextStart() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            CountDownLatch never = new CountDownLatch(1);
            CountDownLatch interrupted = new CountDownLatch(1);
            cluster.source("orders", 1).open().tasks(0, 1);
            SinkService stuck = cluster.start(cluster.sink(
                            "slow",
                            (event, effects) -> effects.run("call", key -> {
                                cluster.ledger.called(key.toString());
                                try {
                                    never.await();
                                } finally {
                                    interrupted.countDown();
                                }
                            }))
                    .drainTimeout(Duration.ofMillis(300)));
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> cluster.ledger.keys() == 1);
            stuck.close();
            assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(stuck.status().state()).isEqualTo(SinkState.STOPPED);

            SinkService next = cluster.start(cluster.sink("slow", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("slow", next);
            assertThat(cluster.ledger.repeated()).containsOnlyKeys("slow/0/orders/1/1/call");
            assertThat(cluster.ledger.keys()).isEqualTo(3);
        }
    }

    @Test
    void anObserverThatBlocksOrThrowsDelaysNothing() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            CountDownLatch never = new CountDownLatch(1);
            AtomicInteger seen = new AtomicInteger();
            SinkService service = cluster.start(cluster.sink("watched", cluster.calling(Duration.ZERO)));
            try (AutoCloseable blocked = service.observe(event -> {
                        try {
                            never.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    });
                    AutoCloseable throwing = service.observe(event -> {
                        seen.incrementAndGet();
                        throw new IllegalStateException("a bad observer");
                    })) {
                assertThat(blocked).isNotSameAs(throwing);
                cluster.source("orders", 1).open().tasks(0, 10);
                cluster.awaitCaughtUp("watched", service);
                Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> seen.get() == 30);
            }
        }
    }

    @Test
    void aSlowObserverIsNotifiedOfTheNumberOfEventsItMissed() throws Exception {
        List<String> notified = new CopyOnWriteArrayList<>();
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch first = new CountDownLatch(1);
        AppliedEvent<String> event;
        try (SinkTestCluster cluster = new SinkTestCluster(1);
                SinkProgress progress = new SinkProgress(
                        "slow", new SinkMeters(new SimpleMeterRegistry(), "slow"), Clock.systemUTC(), 1_000)) {
            Observers observers = progress.observers();
            event = new AppliedEvent<>(
                    cluster.source("orders", 1).event(EventKind.ENQUEUED, 1, 1), 0, 1, false, Instant.EPOCH);
            AutoCloseable handle = observers.add(
                    seen -> {
                        first.countDown();
                        try {
                            go.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        notified.add("seen");
                    },
                    missed -> notified.add("missed " + missed));
            observers.offer(event);
            assertThat(first.await(60, TimeUnit.SECONDS)).isTrue();
            for (int more = 0; more < 4_096 + 5; more++) {
                observers.offer(event);
            }
            go.countDown();
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> notified.size() == 4_096 + 2);
            assertThat(notified.subList(0, 3)).containsExactly("seen", "missed 5", "seen");
            handle.close();
        }
    }
}
