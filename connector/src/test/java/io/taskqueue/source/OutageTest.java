package io.taskqueue.source;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.logging.CapturedLog;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a source guarantees while Kafka is unavailable. */
@Timeout(120)
class OutageTest {

    private static final int TASKS_A_MILLISECOND = 10;
    private static final String EVENTS = ReplicationSource.DEFAULT_TOPIC;

    @Test
    void brokerThatStopsAndRestartsUnderLoadLosesNothing(@TempDir Path directory) throws Exception {
        SourceTestCluster cluster = SourceTestCluster.start(directory);
        ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
        try (var queue = TaskQueue.<String>builder("q").capacity(100_000).build();
                var source = cluster.source(queue).bufferEvents(1_000).start()) {
            AtomicBoolean enough = new AtomicBoolean();
            Semaphore permits = new Semaphore(0);
            // no faster: the queue would be full before the broker has stopped, and the buffer would not fill any more
            var unused = pace.scheduleAtFixedRate(
                    () -> permits.release(permits.availablePermits() < 1_000 ? TASKS_A_MILLISECOND : 0),
                    0,
                    1,
                    MILLISECONDS);
            CompletableFuture<Long> load = CompletableFuture.supplyAsync(() -> enqueueUntil(enough, permits, queue));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> source.replicatedUpTo().sequence() > 2_000);

            cluster.close();
            await().atMost(Duration.ofSeconds(30)).until(() -> source.health().bufferedEvents() >= 1_000);
            await().atMost(Duration.ofSeconds(30)).until(() -> source.health().state() == SourceState.RETRYING);
            assertThatThrownBy(() -> source.replicated().get(100, MILLISECONDS)).isInstanceOf(TimeoutException.class);
            cluster = SourceTestCluster.start(directory, cluster.port());
            long after = source.position().sequence() + 2_000;
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> source.replicatedUpTo().sequence() > after);
            enough.set(true);
            long enqueued = load.get(30, SECONDS);
            Position safe = source.replicated().get(30, SECONDS);

            assertThat(safe.sequence()).isEqualTo(enqueued);
            assertThat(source.health().state()).isEqualTo(SourceState.RUNNING);
            assertThat(cluster.events(EVENTS, "q").stream()
                            .map(ReplicationEvent::position)
                            .distinct()
                            .map(Position::sequence))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(0, enqueued).boxed().toList());
            queue.stop("The test is over.");
        } finally {
            pace.shutdownNow();
            cluster.close();
        }
    }

    private static long enqueueUntil(AtomicBoolean enough, Semaphore permits, TaskQueue<String> queue) {
        try {
            long enqueued = 0;
            while (!enough.get()) {
                permits.acquire();
                queue.enqueue("task");
                enqueued++;
            }
            return enqueued;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void brokerThatIsAwayIsNamedInTheHealthAndLoggedOnceAtEachEnd(@TempDir Path directory) throws Exception {
        SourceTestCluster cluster = SourceTestCluster.start(directory);
        String address = "127.0.0.1:" + cluster.port();
        try (CapturedLog log = CapturedLog.of(OutageMonitor.class);
                var queue = TaskQueue.<String>builder("away").build();
                var source = cluster.source(queue)
                        .kafka(Map.of("bootstrap.servers", address, "producer.max.block.ms", "1000"))
                        .start()) {
            queue.enqueue("before");
            source.replicated().get(30, SECONDS);
            assertThat(source.health().reason()).isEmpty();
            cluster.close();
            queue.enqueue("during");

            String reason = "no broker can be reached (" + address + ": Connection refused)";
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> source.health().reason().equals(Optional.of(reason)));
            assertThat(source.health().ready()).isFalse();
            assertThat(source.health().live()).isTrue();
            Instant since = source.health().since();
            cluster = SourceTestCluster.start(directory, cluster.port());
            source.replicated().get(60, SECONDS);

            await().atMost(Duration.ofSeconds(20)).until(() -> source.health().ready());
            await().atMost(Duration.ofSeconds(20)).until(() -> log.lines().size() >= 2);
            assertThat(log.lines().get(0))
                    .isEqualTo("WARN The events of queue away have not reached Kafka since " + since + ": " + reason
                            + ". 1 events wait; none is lost, and all are sent when Kafka accepts them.");
            assertThat(log.lines().get(log.lines().size() - 1))
                    .matches("WARN The events of queue away reach Kafka again, after"
                            + " \\d+s\\. \\d events wait, and are sent now\\.");
            assertThat(log.lines().stream().filter(line -> line.startsWith("WARN")))
                    .hasSize(2);
            queue.stop("The test is over.");
        } finally {
            cluster.close();
        }
    }

    @Test
    void topicWithALoweredSizeLimitDelaysItsEventsUntilTheLimitIsRaised(@TempDir Path directory) throws Exception {
        try (SourceTestCluster cluster = SourceTestCluster.start(directory);
                var queue = TaskQueue.<String>builder("large").build();
                var source = cluster.source(queue)
                        .kafka(SourceTestCluster.NOT_COMPRESSED)
                        .start()) {
            cluster.setMaxMessageBytes(EVENTS, 10_000);
            queue.enqueue("small");
            queue.enqueue("l".repeat(50_000));
            queue.enqueue("behind it");

            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(source.health().lastError()).hasValueSatisfying(error -> assertThat(
                                    error)
                            .startsWith("Kafka refuses an event as too large, though its size was accepted when its"
                                    + " task was enqueued")));
            assertThat(source.health().state()).isEqualTo(SourceState.RETRYING);
            assertThat(source.replicatedUpTo().sequence()).isEqualTo(1);
            cluster.setMaxMessageBytes(EVENTS, 1_000_000);

            assertThat(source.replicated().get(60, SECONDS).sequence()).isEqualTo(3);
            assertThat(cluster.events(EVENTS, "large").stream()
                            .map(event -> event.position().sequence())
                            .distinct())
                    .containsExactly(0L, 1L, 2L, 3L);
            queue.stop("The test is over.");
        }
    }

    @Test
    void fullBufferStopsNewWorkButNotTheEndingOfLeases(@TempDir Path directory) throws Exception {
        SourceTestCluster cluster = SourceTestCluster.start(directory);
        var queue = TaskQueue.<String>builder("full").build();
        var source = cluster.source(queue)
                .bufferEvents(16)
                .closeTimeout(Duration.ofSeconds(1))
                .start();
        queue.enqueue("1");
        queue.enqueue("2");
        source.replicated().get(30, SECONDS);
        cluster.close();
        Lease<String> lease = queue.lease();
        while (queue.tryEnqueue("more").isPresent()) {
            // until the buffer is full
        }

        assertThat(queue.enqueue("waits", Duration.ofMillis(200))).isEmpty();
        assertThat(queue.tryLease()).isEmpty();
        lease.complete();
        assertThat(queue.counts().totals().completed()).isEqualTo(1);

        source.close();
        CloseReport report = source.closeReport().orElseThrow();
        assertThat(report.complete()).isFalse();
        assertThat(report.replicatedUpTo()).isEqualTo(new Position(source.epoch(), 2));
        assertThat(report.notReplicated()).isEqualTo(report.position().sequence() - 2);
        assertThatThrownBy(() -> source.replicated().get(1, SECONDS))
                .cause()
                .isInstanceOf(SourceStoppedException.class);
    }

    @Test
    void callsThatWaitEndWhenTheSourceIsClosed(@TempDir Path directory) throws Exception {
        SourceTestCluster cluster = SourceTestCluster.start(directory);
        var queue = TaskQueue.<String>builder("woken").build();
        var source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                .kafka(Map.copyOf(cluster.settings()))
                .bufferEvents(16)
                .closeTimeout(Duration.ZERO)
                .start();
        cluster.close();
        while (queue.tryEnqueue("more").isPresent()) {
            // until the buffer is full
        }
        CompletableFuture<Throwable> waiter = CompletableFuture.supplyAsync(() -> {
                    try {
                        return queue.enqueue("waits");
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .handle((id, error) -> error);

        source.close();

        assertThat(waiter.get(30, SECONDS)).hasRootCauseInstanceOf(QueueClosedException.class);
    }
}
