package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.status.SinkState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SinkServiceStopsCleanlyTest {

    @Test
    void aStateDirectoryInUseIsReportedWithARemedyAndLeavesNoThreadBehind() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            SinkService first = cluster.start(cluster.sink("crowded", cluster.calling(Duration.ZERO)));
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(first::ready);
            long before = threads("crowded-topic-watch");

            assertThatThrownBy(() -> cluster.sink("crowded", cluster.calling(Duration.ZERO))
                            .start())
                    .isInstanceOf(SinkStoppedException.class)
                    .hasMessage(
                            "Sink crowded did not start: another process uses its state in " + cluster.state("one")
                                    + ". Each instance on one machine needs its own: pass --state-dir (in code, stateDirectory).");

            Awaitility.await().atMost(SinkTestCluster.PATIENCE).untilAsserted(() -> assertThat(
                            threads("crowded-topic-watch"))
                    .isEqualTo(before));
        }
    }

    @Test
    void sinksOfTwoNamesShareAStateDirectoryInOneProcess() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            cluster.source("orders", 1).open().tasks(0, 5);
            SinkService one = cluster.start(cluster.sink("side", cluster.calling(Duration.ZERO)));
            SinkService other = cluster.start(cluster.sink("side-by-side", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("side", one);
            cluster.awaitCaughtUp("side-by-side", other);
            assertThat(cluster.ledger.keys()).isEqualTo(30);
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }

    @Test
    void aSinkThatIsStoppingIsNotReady() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            CountDownLatch running = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            cluster.source("orders", 1).open().tasks(0, 1);
            SinkService service = cluster.start(cluster.sink("stopping", (event, effects) -> {
                        running.countDown();
                        go.await();
                    })
                    .drainTimeout(Duration.ofSeconds(30)));
            assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(service::ready);

            Thread stopper = new Thread(service::close);
            stopper.start();
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !service.ready());
            assertThat(stopper.isAlive()).isTrue();
            go.countDown();
            stopper.join(60_000);
            assertThat(service.status().state()).isEqualTo(SinkState.STOPPED);
        }
    }

    @Test
    @Timeout(180)
    void stuckPartitionsShareOneDrainTimeoutSoThatTheLastCommitIsInTime() throws Exception {
        int partitions = 12;
        try (SinkTestCluster cluster = new SinkTestCluster(partitions)) {
            CountDownLatch never = new CountDownLatch(1);
            CountDownLatch running = new CountDownLatch(partitions);
            List<String> queues = IntStream.range(0, partitions)
                    .mapToObj(n -> String.valueOf((char) ('a' + n)))
                    .toList();
            for (String queue : queues) {
                cluster.source(queue, 1).open().tasks(0, 1);
            }
            assertThat(queues.stream()
                            .map(queue -> Math.floorMod(queue.hashCode(), partitions))
                            .distinct())
                    .hasSize(partitions);
            SinkService service = cluster.start(cluster.sink("all-stuck", (event, effects) -> {
                        running.countDown();
                        never.await();
                    })
                    .drainTimeout(Duration.ofSeconds(2)));
            assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();

            long before = System.nanoTime();
            service.close();
            // one wait before the streams close, one in their last commit
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(13));
        }
    }

    @Test
    void metersOfAStoppedSinkAreRemoved() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            SimpleMeterRegistry meters = new SimpleMeterRegistry();
            cluster.source("orders", 1).open().tasks(0, 1);
            SinkService service = cluster.start(
                    cluster.sink("measured", cluster.calling(Duration.ZERO)).metrics(meters));
            cluster.awaitCaughtUp("measured", service);
            assertThat(meters.find("taskqueue.replication.sequence_lag").gauges())
                    .hasSize(1);

            service.close();
            assertThat(meters.getMeters())
                    .extracting(meter -> meter.getId().getName())
                    .allMatch(name -> name.startsWith("taskqueue."))
                    .doesNotContain("taskqueue.replication.sequence_lag", "taskqueue.replication.inflight");
        }
    }

    @Test
    void aPropertyThatKafkaRefusesLeavesNoThreadBehind() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            assertThatThrownBy(() -> cluster.sink("misset", cluster.calling(Duration.ZERO))
                            .kafka(Map.of(
                                    "bootstrap.servers",
                                    SinkTestCluster.bootstrap(),
                                    "streams.replication.factor",
                                    "many"))
                            .start())
                    .hasMessageContaining("replication.factor");
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).untilAsserted(() -> assertThat(threads("misset-"))
                    .isZero());
        }
    }

    private static long threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .count();
    }
}
