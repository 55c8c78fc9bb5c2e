package io.taskqueue.stored;

import static io.taskqueue.stored.StoredScenario.PATIENCE;
import static io.taskqueue.stored.StoredScenario.QUEUE;
import static io.taskqueue.stored.StoredScenario.REGISTRY;
import static io.taskqueue.stored.StoredScenario.SINK;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.event.Position;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.dead.DeadTaskQuery;
import io.taskqueue.source.dead.DeadTasks;
import io.taskqueue.source.recovery.Recovery;
import io.taskqueue.source.recovery.RecoveryReport;
import io.taskqueue.source.registry.LowWaterMark;
import io.taskqueue.source.registry.QueueMarks;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.admin.EffectRecord;
import io.taskqueue.streams.admin.SinkInstances;
import io.taskqueue.streams.admin.SinkRates;
import io.taskqueue.streams.admin.SinkReplays;
import io.taskqueue.streams.admin.SinkResults;
import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.parking.ParkedState;
import io.taskqueue.streams.parking.ParkedTask;
import io.taskqueue.streams.rate.RateLimit;
import io.taskqueue.streams.replay.ReplayMode;
import io.taskqueue.streams.replay.ReplayReceipt;
import io.taskqueue.streams.status.EffectCounts;
import io.taskqueue.streams.status.QueueStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * This version continues where an earlier one stopped, with nothing but what that one left on Kafka: {@code
 * src/test/resources/stored/VERSION/topics.ndjson}. {@code -Dstored.write=VERSION} writes the file of the version in development; those of
 * released versions never change.
 */
class StoredStateTest {

    private static final Path DIRECTORY = Path.of(System.getProperty("taskqueue.stored", "src/test/resources/stored"));
    private static final String FILE = "topics.ndjson";

    @TempDir
    Path directory;

    static List<String> versions() throws Exception {
        try (Stream<Path> versions = Files.list(DIRECTORY)) {
            return versions.map(version -> version.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @BeforeAll
    static void writeIfAsked(@TempDir Path directory) throws Exception {
        String version = System.getProperty("stored.write");
        if (version == null) {
            return;
        }
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("broker"), 0)) {
            new StoredScenario(broker.bootstrapServers(), directory)
                    .run(() -> new StoredTopics(broker.bootstrapServers())
                            .write(SINK, DIRECTORY.resolve(version).resolve(FILE)));
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void aSinkAndASourceContinueWhereAnEarlierVersionStopped(String version) throws Exception {
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("broker"), 0)) {
            new StoredTopics(broker.bootstrapServers())
                    .restore(DIRECTORY.resolve(version).resolve(FILE));
            StoredScenario cluster = new StoredScenario(broker.bootstrapServers(), directory);

            operatorsReadTheState(cluster);
            theSinkContinues(cluster);
            aReplayMakesNoCall(cluster);
            theSourceRecoversItsQueue(cluster);
        }
    }

    private static void operatorsReadTheState(StoredScenario cluster) {
        SinkResults results = new SinkResults(cluster.kafka(), SINK);
        Set<String> recorded = new TreeSet<>();
        for (EffectRecord each : results.find(key -> true)) {
            recorded.add(each.key().toString());
        }
        assertThat(recorded)
                .containsExactlyInAnyOrder(
                        key(0, 1, "charge"),
                        key(0, 1, "mail"),
                        key(1, 1, "charge"),
                        key(1, 1, "mail"),
                        key(0, 2, "charge"),
                        key(0, 2, "mail"),
                        key(0, 3, "charge"),
                        key(0, 4, "charge"),
                        key(0, 5, "charge"),
                        key(0, 14, "charge"), // an intent
                        key(0, 7, "ship"),
                        key(1, 7, "ship"));
        assertThat(results.failures())
                .extracting(failure -> failure.key().toString())
                .containsExactly(key(0, 3, "charge"));

        List<ParkedEvent> parked = cluster.parkedEvents().read();
        assertThat(parked)
                .extracting(each -> each.event().position().sequence())
                .containsExactly(4L, 13L, 5L);
        assertThat(parked.get(0).event().payload()).isEqualTo("\"broken\"");
        assertThat(parked.get(0).state()).isInstanceOfSatisfying(ParkedState.Failed.class, failed -> assertThat(
                        failed.error().message())
                .isEqualTo("no mail for broken"));
        assertThat(parked.get(1).state()).isInstanceOf(ParkedState.Behind.class);
        assertThat(parked.get(2).state()).isInstanceOfSatisfying(ParkedState.Discarded.class, discarded -> {
            assertThat(discarded.by()).isEqualTo("ann");
            assertThat(discarded.reason()).isEqualTo("it was done by hand");
        });

        List<ReplayReceipt> receipts = new SinkReplays(cluster.kafka(), SINK).receipts();
        assertThat(receipts).hasSize(1);
        assertThat(receipts.get(0).complete()).isTrue();
        assertThat(receipts.get(0).order().mode()).isEqualTo(ReplayMode.RERUN);
        assertThat(receipts.get(0).counts().run()).isEqualTo(3);
        assertThat(new SinkRates(cluster.kafka(), SINK).latest().orElseThrow().limit())
                .contains(new RateLimit(1_000, 500));
        assertThat(SinkInstances.read(cluster.kafka(), SINK)).hasSize(2);

        LowWaterMark mark = QueueMarks.readAll(cluster.kafka(), REGISTRY).get(QUEUE);
        assertThat(mark.live().tasks()).isEqualTo(5);
        DeadTasks dead = new DeadTasks(cluster.kafka(), REGISTRY, QUEUE);
        assertThat(dead.read(DeadTaskQuery.first(10)).tasks()).isEmpty();
    }

    private static void theSinkContinues(StoredScenario cluster) throws Exception {
        OrderSink orders = new OrderSink(true);
        try (SinkService sink = cluster.sink(orders).start()) {
            awaitSettled(sink, new Position(1, 14));
            assertThat(orders.probes).containsExactly(key(0, 14, "charge"));
            assertThat(orders.calls).isEmpty();
            QueueStatus queue = sink.status().queues().get(0);
            assertThat(queue.diverged()).isFalse();
            assertThat(queue.parked()).isEqualTo(new QueueStatus.Parked(1, 2));
            assertThat(sink.status().logChanges()).isEmpty();

            ParkedTask broken = ParkedTask.of(cluster.parkedEvents().read()).get(0);
            cluster.parkedEvents().redrive(broken, "ann");
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> ParkedTask.of(cluster.parkedEvents().read()).isEmpty());
            assertThat(orders.calls).containsExactly(key(0, 4, "mail"));
        }
    }

    private static void aReplayMakesNoCall(StoredScenario cluster) throws Exception {
        try (Admin admin = Admin.create(cluster.kafka())) {
            admin.alterConsumerGroupOffsets(
                            SINK, Map.of(new TopicPartition(StoredScenario.EVENTS, 0), new OffsetAndMetadata(0)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
        OrderSink orders = new OrderSink(true);
        try (SinkService sink = cluster.sink(orders).start()) {
            // the positions are those of before: a replay does not move them
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                            sink.status().effects().reused())
                    .as("a recorded failure included")
                    .isEqualTo(9));
            awaitSettled(sink, new Position(1, 14));
            EffectCounts effects = sink.status().effects();
            assertThat(effects.reused()).isEqualTo(9);
            assertThat(effects.run()).isZero();
            assertThat(effects.missing()).isZero();
        }
        assertThat(orders.calls).isEmpty();
        assertThat(orders.probes).isEmpty();
    }

    private static void theSourceRecoversItsQueue(StoredScenario cluster) throws Exception {
        OrderSink orders = new OrderSink(true);
        try (SinkService sink = cluster.sink(orders).start();
                TaskQueue<String> queue = TaskQueue.<String>builder(QUEUE)
                        .sweepInterval(Duration.ofMillis(50))
                        .clock(Clock.offset(Clock.systemUTC(), Duration.ofHours(1))) // the leases have expired
                        .build();
                ReplicationSource<String> source =
                        cluster.source(queue).recover(Recovery.standard()).start()) {
            RecoveryReport report = source.recovery().orElseThrow();
            assertThat(report.tasks().live()).isEqualTo(5);
            assertThat(report.tasks().leased()).isEqualTo(2);
            assertThat(report.tasks().pending()).isEqualTo(3);
            assertThat(report.reading().from()).isPositive();
            assertThat(source.epoch()).isGreaterThan(1);

            List<String> done = new ArrayList<>();
            for (int task = 0; task < 5; task++) {
                Lease<String> lease = queue.lease(PATIENCE).orElseThrow();
                done.add(lease.payload());
                assertThat(lease.task().id().epoch()).isEqualTo(1);
                lease.complete();
            }
            assertThat(done)
                    .containsExactlyInAnyOrder(
                            StoredScenario.TWO,
                            OrderSink.REFUSED,
                            OrderSink.BROKEN,
                            OrderSink.DISCARDED,
                            OrderSink.STUCK);
            Position last = source.replicated().get(30, TimeUnit.SECONDS);
            awaitSettled(sink, last);
            assertThat(orders.calls).hasSize(5).allMatch(call -> call.endsWith("/ship"));
        }
    }

    private static void awaitSettled(SinkService sink, Position upTo) {
        Awaitility.await().atMost(PATIENCE).until(() -> {
            sink.status().failure().ifPresent(failure -> {
                throw new AssertionError(failure);
            });
            return sink.status().settled()
                    && sink.status().queues().stream()
                            .anyMatch(queue -> upTo.equals(queue.positions().done()));
        });
    }

    private static String key(int generation, long sequence, String effect) {
        return SINK + "/" + generation + "/%C3%A9%2Forders/1/" + sequence + "/" + effect;
    }
}
