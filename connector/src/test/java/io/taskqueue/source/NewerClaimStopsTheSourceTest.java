package io.taskqueue.source;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskError;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.SourceRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A source learns of a newer claim by itself: nobody calls {@code replicated()} here, unless the test is about it. */
@Timeout(60)
class NewerClaimStopsTheSourceTest {

    /** A second for the source, and one for a busy machine. */
    private static final Duration SOON = Duration.ofSeconds(2);

    @AutoClose
    private static SourceTestCluster cluster;

    @BeforeAll
    static void startBroker(@TempDir Path directory) throws Exception {
        cluster = SourceTestCluster.start(directory);
    }

    @Test
    void callsOnLeasesAndOnTheQueueFailWithTheNameOfTheNewOwner() throws Exception {
        var meters = new SimpleMeterRegistry();
        try (var queue = TaskQueue.<String>builder("taken").build();
                var source = cluster.source(queue).metrics(meters).start()) {
            queue.enqueue("held");
            queue.enqueue("pending");
            Lease<String> lease = queue.lease();
            Lease<String> last = queue.lease();
            CompletableFuture<Lease<String>> waiting = CompletableFuture.supplyAsync(() -> lease(queue));
            assertThat(fenced(meters)).isZero();
            try (var next = TaskQueue.<String>builder("taken").build();
                    var newSource = cluster.source(next).sourcePeer("peer-b").start()) {
                await().atMost(SOON).until(() -> !queue.isOpen());

                Claim owner = SourceRegistry.read(cluster.settings(), ReplicationSource.DEFAULT_REGISTRY_TOPIC)
                        .get("taken");
                assertThat(owner.epoch()).isEqualTo(newSource.epoch());
                String fenced = "The source of queue taken at epoch " + source.epoch()
                        + " is fenced: peer peer-b claimed the queue at " + owner.claimedAt() + " with epoch "
                        + owner.epoch() + " (instance " + owner.instanceId()
                        + "). Its tasks belong to that peer now; send new work to it.";
                assertRefused("complete()", fenced, lease::complete);
                assertRefused("heartbeat()", fenced, lease::heartbeat);
                assertRefused("fail()", fenced, () -> last.fail(TaskError.of("failed")));
                assertRefused("enqueue()", fenced, () -> queue.enqueue("new"));
                assertRefused("lease()", fenced, queue::tryLease);
                assertThatThrownBy(() -> waiting.get(20, SECONDS))
                        .hasRootCauseInstanceOf(SourceFencedException.class)
                        .hasRootCauseMessage(fenced);
                assertThat(source.health().state()).isEqualTo(SourceState.FENCED);
                assertThat(source.health().reason()).contains(fenced);
                assertThat(source.health().ready() || source.health().live()).isFalse();
                assertThat(fenced(meters)).isEqualTo(1);
            }
        }
        assertThat(meters.find("taskqueue.replication.fenced").gauge())
                .as("after the source was closed")
                .isNull();
    }

    private static double fenced(SimpleMeterRegistry meters) {
        return meters.get("taskqueue.replication.fenced")
                .tag("queue", "taken")
                .gauge()
                .value();
    }

    private static Lease<String> lease(TaskQueue<String> queue) {
        try {
            return queue.lease();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertRefused(String call, String reason, ThrowingCallable refused) {
        assertThatThrownBy(refused)
                .isInstanceOf(QueueClosedException.class)
                .hasMessage("Queue taken was stopped, so " + call + " was refused: " + reason)
                .hasCauseInstanceOf(SourceFencedException.class);
    }

    @Test
    void whatIsInTheBufferIsNotSentAnyMore() throws Exception {
        cluster.createTopic("limited", 1, Map.of());
        try (var queue = TaskQueue.<String>builder("buffered").build();
                var source = cluster.source(queue)
                        .topic("limited")
                        .kafka(SourceTestCluster.NOT_COMPRESSED)
                        .start();
                var next = TaskQueue.<String>builder("buffered").build()) {
            queue.enqueue("sent");
            source.replicated().get(30, SECONDS);
            cluster.setMaxMessageBytes("limited", 10_000);
            queue.enqueue("l".repeat(50_000));
            queue.enqueue("behind it");
            await().atMost(Duration.ofSeconds(30)).until(() -> source.health().state() == SourceState.RETRYING);

            var newSource = cluster.source(next).topic("limited").start();
            await().atMost(SOON).until(() -> !queue.isOpen());
            cluster.setMaxMessageBytes("limited", 1_000_000);
            CloseReport report = source.close(Duration.ofSeconds(5));
            newSource.close();

            assertThat(report.replicatedUpTo()).isEqualTo(new Position(source.epoch(), 1));
            assertThat(report.unreplicated().count()).isEqualTo(2);
            assertThat(cluster.events("limited", "buffered").stream()
                            .map(ReplicationEvent::position)
                            .filter(position -> position.epoch() == source.epoch())
                            .distinct())
                    .containsExactly(new Position(source.epoch(), 0), new Position(source.epoch(), 1));
        }
    }

    @Test
    void sourceThatIsClosingLearnsOfItToo() throws Exception {
        cluster.createTopic("closing", 1, Map.of());
        try (var queue = TaskQueue.<String>builder("closing").build();
                var source = cluster.source(queue)
                        .topic("closing")
                        .kafka(SourceTestCluster.NOT_COMPRESSED)
                        .start();
                var next = TaskQueue.<String>builder("closing").build()) {
            cluster.setMaxMessageBytes("closing", 10_000);
            queue.enqueue("l".repeat(50_000));
            CompletableFuture<CloseReport> closed =
                    CompletableFuture.supplyAsync(() -> source.close(Duration.ofSeconds(50)));
            await().until(() -> !queue.isOpen());
            CompletableFuture<Position> replicated = source.replicated();

            var newSource = cluster.source(next).topic("closing").start();

            assertThat(closed.get(10, SECONDS).complete()).isFalse();
            assertThat(source.health().state()).isEqualTo(SourceState.FENCED);
            assertThatThrownBy(() -> replicated.get(20, SECONDS)).hasCauseInstanceOf(SourceFencedException.class);
            newSource.close();
        }
    }

    @Test
    void sourcesOfOneQueueThatAreStartedAtTheSameTimeLeaveOneOwner() throws Exception {
        var queues = Stream.generate(
                        () -> TaskQueue.<String>builder("contended").build())
                .limit(3)
                .toList();
        var sources = queues.stream().map(queue -> CompletableFuture.supplyAsync(() -> start(queue))).toList().stream()
                .map(CompletableFuture::join)
                .toList();

        await().atMost(SOON)
                .until(() -> queues.stream().filter(TaskQueue::isOpen).count() == 1);
        assertThat(sources.stream().filter(source -> source.queue().isOpen()).mapToLong(ReplicationSource::epoch))
                .containsExactly(sources.stream()
                        .mapToLong(ReplicationSource::epoch)
                        .max()
                        .orElseThrow());
        sources.forEach(ReplicationSource::close);
        queues.forEach(TaskQueue::close);
    }

    private static ReplicationSource<String> start(TaskQueue<String> queue) {
        try {
            return cluster.source(queue).start();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void registryThatIsDeletedMakesTheSourceNotReadyAndOneThatIsRecreatedStopsIt() throws Exception {
        try (var queue = TaskQueue.<String>builder("orphaned").build();
                var source = cluster.source(queue).registryTopic("registry").start()) {
            source.replicated().get(30, SECONDS);
            cluster.deleteTopic("registry");

            await().atMost(Duration.ofSeconds(20)).until(() -> !source.health().ready());
            assertThat(source.health().live()).isTrue();
            assertThat(source.health().reason()).hasValueSatisfying(reason -> assertThat(reason)
                    .startsWith("the registry of sources cannot be read, so replicated() waits: "));
            assertThat(queue.isOpen()).isTrue();
            cluster.createTopic("registry", 1, Map.of("cleanup.policy", "compact"));

            await().atMost(Duration.ofSeconds(20)).until(() -> !queue.isOpen());
            assertThat(source.health().state()).isEqualTo(SourceState.FAILED);
            assertThat(source.health().reason())
                    .contains("Registry registry ends at offset 0, but queue orphaned was claimed there with epoch "
                            + source.epoch()
                            + ": it lost records or was recreated, so the owner of the queue is unknown."
                            + " Restore the registry, or start with a new registryTopic and a new topic.");
        }
    }

    @Test
    void idleSourceSendsTwoRequestsASecond() throws Exception {
        try (var queue = TaskQueue.<String>builder("idle").build();
                var source = cluster.source(queue)
                        .kafka(Map.of("consumer.metric.reporters", RequestCount.class.getName()))
                        .start()) {
            source.replicated().get(30, SECONDS);
            double before = requests();
            long begun = System.nanoTime();

            await().pollDelay(Duration.ofSeconds(3)).until(() -> true);

            double seconds = (System.nanoTime() - begun) / 1e9;
            assertThat((requests() - before) / seconds).isBetween(0.5, 4.0);
            assertThat(source.health().ready()).isTrue();
        }
    }

    private static double requests() {
        return RequestCount.REQUESTS.stream()
                .mapToDouble(metric -> (double) metric.metricValue())
                .sum();
    }

    /** Counts the requests of all consumers of a source, also of those that it has closed. */
    public static final class RequestCount implements MetricsReporter {

        private static final Queue<KafkaMetric> REQUESTS = new ConcurrentLinkedQueue<>();

        @Override
        public void init(List<KafkaMetric> metrics) {
            metrics.forEach(this::metricChange);
        }

        @Override
        public void metricChange(KafkaMetric metric) {
            if (metric.metricName().name().equals("request-total")
                    && metric.metricName().group().equals("consumer-metrics")) {
                REQUESTS.add(metric);
            }
        }

        @Override
        public void metricRemoval(KafkaMetric metric) {}

        @Override
        public void configure(Map<String, ?> configuration) {}

        @Override
        public void close() {}
    }
}
