package io.taskqueue.source;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.PayloadRefusedException;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.SourceRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReplicationSourceTest {

    private static final String EVENTS = ReplicationSource.DEFAULT_TOPIC;
    private static final String REGISTRY = ReplicationSource.DEFAULT_REGISTRY_TOPIC;

    @AutoClose
    private static SourceTestCluster cluster;

    @BeforeAll
    static void startBroker(@TempDir Path directory) throws Exception {
        cluster = SourceTestCluster.start(directory);
    }

    @Test
    void theEpochIsTheOffsetOfTheClaimAndSourceStartedOpensIt() throws Exception {
        try (var queue = TaskQueue.<String>builder("claimed").build();
                var source = cluster.source(queue).start()) {
            assertThat(source.epoch()).isPositive();
            assertThat(source.position()).isEqualTo(new Position(source.epoch(), 0));
            assertThat(source.replicatedUpTo()).isEqualTo(source.position());

            Claim claim = SourceRegistry.read(cluster.settings(), REGISTRY).get("claimed");
            assertThat(claim.epoch()).isEqualTo(source.epoch());
            assertThat(claim.instanceId()).isEqualTo(source.instanceId());
            assertThat(claim.sourcePeerId()).isEqualTo("peer-a");
            assertThat(claim.home()).contains(new Claim.Home(EVENTS, 12));

            List<ReplicationEvent<String>> events = cluster.events(EVENTS, "claimed");
            assertThat(events).hasSize(1);
            assertThat(events.get(0).kind()).isEqualTo(EventKind.SOURCE_STARTED);
            assertThat(events.get(0).instanceId()).contains(source.instanceId());
            assertThat(events.get(0).position()).isEqualTo(new Position(source.epoch(), 0));
        }
    }

    @Test
    void eventsAreOnKafkaInMutationOrderWithoutAHole() throws Exception {
        try (var queue = TaskQueue.<String>builder("dense").capacity(2_000).build();
                var source = cluster.source(queue).start()) {
            var workers = Executors.newFixedThreadPool(4);
            Callable<Void> work = () -> {
                for (int task = 0; task < 250; task++) {
                    queue.enqueue("task");
                    Lease<String> lease = queue.lease();
                    if (task % 10 == 0) {
                        lease.fail(TaskError.of("no luck"), false);
                    } else {
                        lease.complete();
                    }
                }
                return null;
            };
            for (Future<Void> done : workers.invokeAll(List.of(work, work, work, work))) {
                done.get();
            }
            workers.shutdown();

            Position safe = source.replicated().get(30, SECONDS);

            List<ReplicationEvent<String>> events = cluster.events(EVENTS, "dense");
            assertThat(safe.sequence()).isEqualTo(3_000 + 100);
            assertThat(source.replicatedUpTo()).isEqualTo(safe);
            assertThat(events.stream().map(event -> event.position().sequence()))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(0, 3_100).boxed().toList());
            assertThat(events.stream().skip(1).map(ReplicationEvent::sourceEventId))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 3_100).boxed().toList());
        }
    }

    @Test
    void recordsHaveHeadersAndThePartitionOfTheirKey() throws Exception {
        String name = "a/ü \"queue\"";
        try (var queue = TaskQueue.<String>builder(name).build();
                var source = cluster.source(queue)
                        .ownerPeer(event -> event.task().payload().equals("odd")
                                ? null
                                : "owner-" + event.task().payload())
                        .start()) {
            queue.enqueue("1");
            queue.enqueue("odd");
            source.replicated().get(30, SECONDS);

            List<ConsumerRecord<byte[], byte[]>> records = cluster.read(EVENTS).stream()
                    .filter(record -> new String(record.key(), StandardCharsets.UTF_8).equals(name))
                    .toList();
            assertThat(records).hasSize(3);
            assertThat(EventHeaders.read(records.get(1).headers()))
                    .contains(new EventHeaders(
                            name,
                            new Position(source.epoch(), 1),
                            Optional.of(source.instanceId()),
                            Optional.of(EventKind.ENQUEUED),
                            Optional.of(new TaskId(name, source.epoch(), 1)),
                            false));
            assertThat(records.stream().map(record -> SourceTestCluster.CODEC
                            .decode(record.value())
                            .ownerPeerId()))
                    .containsExactly(Optional.empty(), Optional.of("owner-1"), Optional.empty());
            assertThat(records.stream().map(ConsumerRecord::partition)).containsOnly(partitionChosenByKafka(name));
        }
    }

    private static int partitionChosenByKafka(String name) throws Exception {
        try (var producer =
                new KafkaProducer<>(cluster.settings(), new ByteArraySerializer(), new ByteArraySerializer())) {
            cluster.createTopicIfMissing("keyed", 12);
            return producer.send(new ProducerRecord<>("keyed", name.getBytes(StandardCharsets.UTF_8), new byte[0]))
                    .get(20, SECONDS)
                    .partition();
        }
    }

    @Test
    void ownerPeerThatCannotBeResolvedIsLeftOut() throws Exception {
        try (var queue = TaskQueue.<String>builder("ownerless").build();
                var source = cluster.source(queue)
                        .ownerPeer(event -> {
                            throw new IllegalStateException("no idea");
                        })
                        .start()) {
            queue.enqueue("task");
            source.replicated().get(30, SECONDS);

            assertThat(cluster.events(EVENTS, "ownerless").get(1).ownerPeerId()).isEmpty();
        }
    }

    @Test
    void ownerPeerByNameIsTheDefaultOfTheOneByFunctionInEitherOrder() throws Exception {
        try (var queue = TaskQueue.<String>builder("owned")
                        .closeGrace(Duration.ZERO)
                        .build();
                var source = cluster.source(queue)
                        .ownerPeer(event -> event.kind() == EventKind.LEASE_GRANTED ? "workers" : null)
                        .ownerPeer("shops")
                        .start();
                var other = TaskQueue.<String>builder("owned too")
                        .closeGrace(Duration.ZERO)
                        .build();
                var otherSource = cluster.source(other)
                        .ownerPeer("shops")
                        .ownerPeer(event -> event.kind() == EventKind.LEASE_GRANTED ? "workers" : null)
                        .start()) {
            for (var each : List.of(source, otherSource)) {
                each.queue().enqueue("task");
                each.queue().lease();
                each.replicated().get(30, SECONDS);

                assertThat(cluster.events(EVENTS, each.queueName()).stream().map(ReplicationEvent::ownerPeerId))
                        .containsExactly(Optional.empty(), Optional.of("shops"), Optional.of("workers"));
            }
        }
    }

    @Test
    void kafkaPropertiesOfSeveralCallsAddUp() throws Exception {
        try (var queue = TaskQueue.<String>builder("properties").build();
                var source = cluster.source(queue)
                        .kafka(Map.of("producer.linger.ms", "1"))
                        .start()) {
            queue.enqueue("task");
            assertThat(source.replicated().get(30, SECONDS).sequence()).isEqualTo(1);
        }
    }

    @Test
    void newerClaimFailsReplicatedAndStopsTheQueue() throws Exception {
        try (var queue = TaskQueue.<String>builder("taken over").build();
                var source = cluster.source(queue).start();
                var next = TaskQueue.<String>builder("taken over").build()) {
            queue.enqueue("before");
            source.replicated().get(30, SECONDS);
            var subscription = source.events();
            var newSource = cluster.source(next).sourcePeer("peer-b").start();

            assertThatThrownBy(() -> source.replicated().get(30, SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(SourceFencedException.class)
                    .hasMessageStartingWith("The source of queue taken over at epoch " + source.epoch()
                            + " is fenced: peer peer-b claimed the queue at ")
                    .hasMessageContaining(" with epoch " + newSource.epoch() + " (instance " + newSource.instanceId()
                            + "). Its tasks belong to that peer now; send new work to it.");

            await().untilAsserted(() -> assertThat(queue.isOpen()).isFalse());
            assertThat(source.health().state()).isEqualTo(SourceState.FENCED);
            assertThatThrownBy(() -> queue.enqueue("later"))
                    .isInstanceOf(QueueClosedException.class)
                    .hasMessageContaining("peer peer-b claimed the queue");
            assertThatThrownBy(() -> source.replicated().get(1, SECONDS))
                    .cause()
                    .isInstanceOf(SourceFencedException.class);
            assertThatThrownBy(() -> subscription.forEach(event -> {})).isInstanceOf(SourceFencedException.class);
            next.enqueue("the new owner's");
            assertThat(newSource.replicated().get(30, SECONDS)).isEqualTo(new Position(newSource.epoch(), 1));
            newSource.close();
        }
    }

    @Test
    void claimThatCannotBeDecodedFencesToo() throws Exception {
        try (var queue = TaskQueue.<String>builder("garbled").build();
                var source = cluster.source(queue).start()) {
            cluster.send(
                    new ProducerRecord<>(REGISTRY, 0, "garbled".getBytes(StandardCharsets.UTF_8), new byte[] {'?'}));
            await().atMost(Duration.ofSeconds(30)).until(() -> !source.health().live());

            assertThatThrownBy(() -> source.replicated().get(30, SECONDS))
                    .cause()
                    .hasMessageContaining("peer unknown (its claim cannot be decoded) claimed the queue");
        }
    }

    @Test
    void claimsOfOtherQueuesChangeNothing() throws Exception {
        try (var queue = TaskQueue.<String>builder("mine").build();
                var source = cluster.source(queue).start();
                var other = TaskQueue.<String>builder("other").build();
                var otherSource = cluster.source(other).start()) {
            queue.enqueue("task");

            assertThat(source.replicated().get(30, SECONDS)).isEqualTo(new Position(source.epoch(), 1));
            assertThat(otherSource.epoch()).isGreaterThan(source.epoch());
        }
    }

    @Test
    void replicatedServesManyCallersAtOnce() throws Exception {
        try (var queue = TaskQueue.<String>builder("many").capacity(1_000).build();
                var source = cluster.source(queue).start()) {
            List<CompletableFuture<Position>> futures = new ArrayList<>();
            for (int task = 1; task <= 500; task++) {
                queue.enqueue("task");
                futures.add(source.replicated());
            }
            for (int task = 1; task <= 500; task++) {
                assertThat(futures.get(task - 1).get(30, SECONDS).sequence()).isEqualTo(task);
            }
        }
    }

    @Test
    void usedQueueIsRefusedBeforeItIsClaimed() throws Exception {
        try (var queue = TaskQueue.<String>builder("used").build()) {
            queue.enqueue("task");

            assertThatThrownBy(() -> cluster.source(queue).start())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("Queue used has been used already (1 events so far)");
            assertThat(SourceRegistry.read(cluster.settings(), REGISTRY)).doesNotContainKey("used");
        }
    }

    @Test
    void secondSourceOnTheSameQueueDoesNotFenceTheFirst() throws Exception {
        try (var queue = TaskQueue.<String>builder("twice").build();
                var source = cluster.source(queue).start()) {
            assertThatThrownBy(() -> cluster.source(queue).start())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has a journal already");

            queue.enqueue("task");
            assertThat(source.replicated().get(30, SECONDS).sequence()).isEqualTo(1);
        }
    }

    @Test
    void payloadThatCannotBeEncodedOrIsTooLargeIsRefusedAndTheQueueUnchanged() throws Exception {
        PayloadCodec<String> picky = new PayloadCodec<>() {
            @Override
            public byte[] encode(String payload) {
                if (payload.isEmpty()) {
                    throw new IllegalArgumentException("nothing to do");
                }
                return PayloadCodec.utf8().encode(payload);
            }

            @Override
            public String decode(byte[] json) {
                return PayloadCodec.utf8().decode(json);
            }
        };
        try (var queue = TaskQueue.<String>builder("refusals").build();
                var source = ReplicationSource.builder(queue, picky)
                        .kafka(cluster.settings())
                        .maxRecordBytes(100_000)
                        .start()) {
            assertThatThrownBy(() -> queue.enqueue(""))
                    .isInstanceOf(PayloadRefusedException.class)
                    .hasMessage(
                            "The payload, a java.lang.String, cannot be encoded as JSON: nothing to do. Queue refusals"
                                    + " is unchanged; enqueue payloads that its codec can encode.");
            assertThatThrownBy(() -> queue.enqueue("x".repeat(100_000)))
                    .isInstanceOf(PayloadRefusedException.class)
                    .hasMessageStartingWith("The payload has 100002 bytes as JSON, but queue refusals accepts at most ")
                    .hasMessageEndingWith("The queue is unchanged; raise max.message.bytes of the topic and"
                            + " producer.max.request.size, or enqueue a reference.");

            assertThat(queue.counts().pending()).isZero();
            assertThat(source.position().sequence()).isZero();
            queue.enqueue("x");
            assertThat(source.replicated().get(30, SECONDS).sequence()).isEqualTo(1);
        }
    }

    @Test
    void subscriptionsReceiveAcknowledgedEventsEachFromItsStart() throws Exception {
        try (var queue = TaskQueue.<String>builder("read").build()) {
            var source = cluster.source(queue).start();
            EventSubscription<String> all = source.events();
            queue.enqueue("1");
            source.replicated().get(30, SECONDS);
            EventSubscription<String> later = source.events();
            queue.enqueue("2");
            source.close();

            assertThat(all).extracting(ReplicationEvent::kind).startsWith(EventKind.ENQUEUED, EventKind.ENQUEUED);
            assertThat(all.ended()).isTrue();
            assertThat(all.poll(Duration.ZERO)).isEmpty();
            assertThat(later.iterator().next().payload()).isEqualTo("2");
            assertThat(source.events().ended()).isTrue();
        }
    }

    @Test
    void observerThatThrowsIsCountedAndCalledAgain() throws Exception {
        var meters = new SimpleMeterRegistry();
        List<String> seen = new CopyOnWriteArrayList<>();
        try (var queue = TaskQueue.<String>builder("observed").build();
                var source = cluster.source(queue).metrics(meters).start();
                var observation = source.observe(event -> {
                    if (event.payload().equals("bad")) {
                        throw new IllegalStateException("on purpose");
                    }
                    seen.add(event.payload());
                })) {
            queue.enqueue("bad");
            queue.enqueue("good");

            await().untilAsserted(() -> assertThat(seen).containsExactly("good"));
            assertThat(observation).isNotNull();
            assertThat(meters.get("taskqueue.replication.observer.failures")
                            .counter()
                            .count())
                    .isEqualTo(1);
        }
    }

    @Test
    void sourceHasMetersUntilItIsClosed() throws Exception {
        var meters = new SimpleMeterRegistry();
        try (var queue = TaskQueue.<String>builder("measured").build()) {
            var source =
                    cluster.source(queue).metrics(meters).kafkaMetrics(true).start();
            queue.enqueue("1");
            queue.enqueue("2");
            queue.lease().complete();
            source.replicated().get(30, SECONDS);

            assertThat(meters.get("taskqueue.replication.events")
                            .tags("queue", "measured", "kind", "Enqueued")
                            .counter()
                            .count())
                    .isEqualTo(2);
            assertThat(meters.get("taskqueue.depth")
                            .tag("state", "pending")
                            .gauge()
                            .value())
                    .isEqualTo(1);
            assertThat(meters.get("taskqueue.replication.buffer").gauge().value())
                    .isZero();
            assertThat(meters.find("taskqueue.kafka.producer.record.send.total").functionCounter())
                    .isNotNull();
            source.close();
            assertThat(meters.find("taskqueue.depth").gauges()).isEmpty();
            assertThat(meters.find("taskqueue.kafka.producer.record.send.total").functionCounter())
                    .isNull();
        }
    }

    @Test
    void closingDrainsTheQueueReplicatesTheRestAndReportsIt() throws Exception {
        var queue = TaskQueue.<String>builder("closed").build();
        var source = cluster.source(queue).start();
        queue.enqueue("left");
        source.close();

        assertThat(queue.isOpen()).isFalse();
        assertThat(source.health().state()).isEqualTo(SourceState.CLOSED);
        CloseReport report = source.closeReport().orElseThrow();
        assertThat(report.position()).isEqualTo(report.replicatedUpTo()).isEqualTo(new Position(source.epoch(), 2));
        assertThat(report.notReplicated()).isZero();
        assertThat(report.lastError()).isEmpty();
        assertThat(report.unreplicated()).isEmpty();
        assertThat(report.unreplicated().first()).isEqualTo(new Position(source.epoch(), 3));
        assertThat(source.close(Duration.ZERO)).isSameAs(report);
        assertThat(cluster.events(EVENTS, "closed").stream().map(ReplicationEvent::kind))
                .containsExactly(EventKind.SOURCE_STARTED, EventKind.ENQUEUED, EventKind.DRAINED);
        assertThatThrownBy(() -> source.replicated().get(1, SECONDS))
                .cause()
                .isInstanceOf(SourceStoppedException.class)
                .hasMessageStartingWith("The source of queue closed was closed at event " + source.position());
    }

    @Test
    void epochZeroBelongsToQueuesWithoutASource() throws Exception {
        try (var queue = TaskQueue.<String>builder("first of all").build();
                var source = cluster.source(queue)
                        .registryTopic("fresh.sources")
                        .topic("fresh.events")
                        .start()) {
            assertThat(source.epoch()).isEqualTo(1);
            assertThat(SourceRegistry.read(cluster.settings(), "fresh.sources").keySet())
                    .isEqualTo(Set.of("first of all"));
        }
    }
}
