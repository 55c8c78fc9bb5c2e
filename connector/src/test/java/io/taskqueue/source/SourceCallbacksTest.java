package io.taskqueue.source;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.publish.BufferLimits;
import io.taskqueue.source.publish.PeerResolver;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the user's code may do to a source that calls it, and what its failures do. */
@Timeout(60)
class SourceCallbacksTest {

    private static final String EVENTS = ReplicationSource.DEFAULT_TOPIC;

    @AutoClose
    private static SourceTestCluster cluster;

    @BeforeAll
    static void startBroker(@TempDir Path directory) throws Exception {
        cluster = SourceTestCluster.start(directory);
    }

    @Test
    void closeByAListenerIsRefusedWithoutATraceAndALaterCloseWorks() throws Exception {
        AtomicReference<ReplicationSource<String>> self = new AtomicReference<>();
        List<String> refusals = new ArrayList<>();
        var queue = TaskQueue.<String>builder("closed by listener")
                .listener(event -> {
                    try {
                        self.get().close();
                    } catch (IllegalStateException e) {
                        refusals.add(e.getMessage());
                    }
                })
                .build();
        var source = cluster.source(queue).start();
        self.set(source);

        for (int task = 0; task < 100; task++) {
            queue.enqueue("task");
        }

        assertThat(refusals)
                .hasSize(100)
                .containsOnly(
                        "A listener of queue closed by listener called close() from inside an event. Listeners run inside "
                                + "the queue's lock and must not call back: hand the event to another thread.");
        assertThat(queue.isOpen()).isTrue();
        assertThat(source.health().state()).isEqualTo(SourceState.RUNNING);
        assertThat(source.closeReport()).isEmpty();
        source.close();
        assertThat(queue.isOpen()).isFalse();
        assertThat(source.closeReport())
                .hasValueSatisfying(report -> assertThat(report.complete()).isTrue());
        assertThat(cluster.events(EVENTS, "closed by listener")).hasSize(1 + 100 + 100);
    }

    @Test
    void listenerMayAskForReplicatedAndHealth() throws Exception {
        AtomicReference<ReplicationSource<String>> self = new AtomicReference<>();
        List<CompletableFuture<Position>> futures = new CopyOnWriteArrayList<>();
        try (var queue = TaskQueue.<String>builder("asked by listener")
                        .listener(event -> {
                            futures.add(self.get().replicated());
                            assertThat(self.get().health().live()).isTrue();
                        })
                        .build();
                var source = cluster.source(queue).start()) {
            self.set(source);

            queue.enqueue("1");
            queue.enqueue("2");

            assertThat(futures.get(0).get(30, SECONDS)).isEqualTo(new Position(source.epoch(), 1));
            assertThat(futures.get(1).get(30, SECONDS)).isEqualTo(new Position(source.epoch(), 2));
            assertThat(queue.counts().listenerFailures()).isZero();
        }
    }

    @Test
    void closeByTheFunctionOfOwnerPeerIsRefused() throws Exception {
        AtomicReference<ReplicationSource<String>> self = new AtomicReference<>();
        List<String> refusals = new CopyOnWriteArrayList<>();
        try (var queue = TaskQueue.<String>builder("closed by owner").build();
                var source = cluster.source(queue)
                        .ownerPeer(event -> {
                            try {
                                self.get().close();
                            } catch (IllegalStateException e) {
                                refusals.add(e.getMessage());
                            }
                            return null;
                        })
                        .start()) {
            self.set(source);
            queue.enqueue("task");

            source.replicated().get(30, SECONDS);

            assertThat(refusals)
                    .containsExactly(
                            "The source of queue closed by owner was closed by its own publisher thread, which calls the"
                                    + " function of ownerPeer(...) and would wait for itself. Close the source on another thread.");
            assertThat(queue.isOpen()).isTrue();
        }
    }

    @Test
    void actionOfReplicatedMayCloseTheSource() throws Exception {
        var queue = TaskQueue.<String>builder("closed by action").build();
        var source = cluster.source(queue).start();
        queue.enqueue("task");

        source.replicated().thenRun(source::close).get(30, SECONDS);

        assertThat(source.closeReport())
                .hasValueSatisfying(report -> assertThat(report.complete()).isTrue());
        assertThat(source.health().state()).isEqualTo(SourceState.CLOSED);
    }

    @Test
    void actionOfReplicatedMayEnqueueAndWaitForTheNext() throws Exception {
        try (var queue = TaskQueue.<String>builder("chained").build();
                var source = cluster.source(queue).start()) {
            queue.enqueue("1");

            Position second = source.replicated()
                    .thenApply(first -> {
                        assertThat(queue.tryEnqueue("2")).isPresent();
                        return source.replicated().join();
                    })
                    .get(30, SECONDS);

            assertThat(second).isEqualTo(new Position(source.epoch(), 2));
        }
    }

    @Test
    void observerMayCloseTheSource() throws Exception {
        var queue = TaskQueue.<String>builder("closed by observer").build();
        var source = cluster.source(queue).start();
        source.observe(event -> source.close());

        queue.enqueue("task");

        await().atMost(Duration.ofSeconds(30)).until(() -> source.closeReport().isPresent());
        assertThat(source.closeReport().orElseThrow().complete()).isTrue();
    }

    @Test
    void deadLetterHandlerMayCloseTheSource() throws Exception {
        AtomicReference<ReplicationSource<String>> self = new AtomicReference<>();
        CountDownLatch closed = new CountDownLatch(1);
        var queue = TaskQueue.<String>builder("closed by handler")
                .closeGrace(Duration.ofMinutes(5))
                .deadLetterHandler(event -> {
                    self.get().close();
                    closed.countDown();
                })
                .build();
        var source = cluster.source(queue).start();
        self.set(source);
        queue.enqueue("task");

        queue.lease().fail(TaskError.of("hopeless"), false);

        assertThat(closed.await(30, SECONDS)).isTrue();
        assertThat(source.closeReport().orElseThrow().complete()).isTrue();
    }

    @Test
    void observerThatThrowsAnErrorReceivesTheNextEventAndIsCounted() throws Exception {
        List<EventKind> seen = new CopyOnWriteArrayList<>();
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (var queue = TaskQueue.<String>builder("observed").build();
                var source = cluster.source(queue).metrics(meters).start()) {
            source.observe(event -> {
                seen.add(event.kind());
                throw new OutOfMemoryError("a large report");
            });
            queue.enqueue("task");
            queue.lease();

            await().atMost(Duration.ofSeconds(30)).until(() -> seen.size() == 2);
            await().untilAsserted(() -> assertThat(meters.get("taskqueue.replication.observer.failures")
                            .counter()
                            .count())
                    .isEqualTo(2));
        }
    }

    @Test
    void clockOfTheSourceThatThrowsLosesNoEvent() throws Exception {
        FailingClock clock = new FailingClock();
        try (var queue = TaskQueue.<String>builder("no time").build();
                var source = cluster.source(queue).clock(clock).start()) {
            queue.enqueue("1");
            clock.fails.set(true);
            queue.enqueue("2");
            queue.enqueue("3");
            clock.fails.set(false);

            assertThat(source.replicated().get(30, SECONDS)).isEqualTo(new Position(source.epoch(), 3));

            assertThat(cluster.events(EVENTS, "no time").stream()
                            .map(ReplicationEvent::position)
                            .map(Position::sequence))
                    .containsExactly(0L, 1L, 2L, 3L);
            assertThat(source.health().state()).isEqualTo(SourceState.RUNNING);
            assertThat(queue.isOpen()).isTrue();
        }
    }

    private static final class FailingClock extends Clock {

        final AtomicBoolean fails = new AtomicBoolean();

        @Override
        public Instant instant() {
            if (fails.get()) {
                throw new IllegalStateException("no time service");
            }
            return Instant.EPOCH;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @Test
    void eventThatIsLostStopsTheSourceAndFailsReplicated() throws Exception {
        try (var queue = TaskQueue.<String>builder("lossy").build()) {
            GroupSettings group = SourceGroup.builder()
                    .kafka(cluster.settings())
                    .topic(EVENTS)
                    .sourcePeer("peer-a")
                    .settingsForOne();
            SourceEngine<String> engine = new GroupEngine(group, true).start(queue, settings());
            queue.enqueue("kept");
            TaskEvent<String> event = TaskEvent.builder(
                            EventKind.ENQUEUED,
                            2,
                            Instant.EPOCH,
                            new Task<>(new TaskId("lossy", engine.claim.epoch(), 2), 1, Instant.EPOCH, "lost"))
                    .build();
            byte[] unusable = null;

            assertThatThrownBy(() -> engine.buffer.append(event, unusable, false))
                    .isInstanceOf(NullPointerException.class);

            assertThatThrownBy(
                            () -> engine.gate.await(engine.buffer::appendedUpTo).get(30, SECONDS))
                    .cause()
                    .isInstanceOf(SourceStoppedException.class)
                    .hasMessageStartingWith("The source of queue lossy stopped after event "
                            + new Position(engine.claim.epoch(), 1)
                            + ", because the next one could not be kept in the buffer: java.lang.NullPointerException")
                    .hasMessageEndingWith(". Fix that error, and recover the queue from the topic.");
            assertThat(cluster.events(EVENTS, "lossy")).hasSize(2);
            await().untilAsserted(() -> assertThat(queue.isOpen()).isFalse());
            assertThatThrownBy(() -> queue.enqueue("later")).isInstanceOf(QueueClosedException.class);
            engine.close(Duration.ZERO);
            assertThat(engine.closeReport().orElseThrow().notReplicated()).isEqualTo(1);
        }
    }

    private static SourceSettings<String> settings() {
        return new SourceSettings<>(
                PayloadCodec.utf8(),
                PayloadInclusion.EVERY_EVENT,
                new BufferLimits(100, 1_000_000),
                new PeerResolver<>("peer-a", null, event -> null),
                Optional.empty());
    }
}
