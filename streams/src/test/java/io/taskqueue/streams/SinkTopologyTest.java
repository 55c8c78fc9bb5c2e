package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.sink.OnGap;
import io.taskqueue.streams.checkpoint.Arrival;
import io.taskqueue.streams.checkpoint.Checkpoint;
import io.taskqueue.streams.checkpoint.CheckpointFormat;
import io.taskqueue.streams.checkpoint.PeerPositions;
import io.taskqueue.streams.clients.EventTopicDescription;
import io.taskqueue.streams.partition.PartitionWork;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.state.KeyValues;
import io.taskqueue.streams.state.StateKind;
import io.taskqueue.streams.state.StoreNames;
import io.taskqueue.streams.status.QueueStatus;
import io.taskqueue.streams.status.SinkHealth;
import io.taskqueue.streams.status.SinkState;
import io.taskqueue.streams.status.SinkStatus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real topology without a broker. The driver commits after each record and each tick through the same flush of caches as
 * the stream thread, so the stores are written by the hook before a commit, as in a service. Offsets count up from 0 and never
 * decrease here: replays are tested on a broker.
 */
class SinkTopologyTest {

    private static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.utf8());
    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");
    private static final Uuid TOPIC_ID = new Uuid(7, 8);
    private static final UUID ONE = new UUID(0, 1);

    @TempDir
    Path directory;

    private final ConcurrentLinkedQueue<Position> applied = new ConcurrentLinkedQueue<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private EventTopicDescription description;
    private SinkTopology sink;
    private TopologyTestDriver driver;
    private TestInputTopic<byte[], byte[]> topic;

    @Test
    void eventsInOrderAreAppliedAndTheCheckpointAdvances() {
        start(OnGap.CONTINUE);
        pipe(opens(3, ONE), event(3, 1), event(3, 2));

        settle();
        assertThat(applied).containsExactlyInAnyOrder(at(3, 1), at(3, 2));
        assertThat(stored().checkpoint())
                .isEqualTo(new Checkpoint(
                        TOPIC_ID,
                        0,
                        new Arrival.Mark(at(3, 2), 2),
                        null,
                        List.of(new Checkpoint.Fence(3, 0, ONE)),
                        0,
                        null));
        assertThat(stored().peers()).isEqualTo(Map.of("default", new PeerPositions.Reached(at(3, 2), at(3, 2))));
    }

    @Test
    void duplicateAndFencedEventsAreDropped() {
        start(OnGap.CONTINUE);
        pipe(opens(3, ONE), event(3, 1), event(3, 1), opens(9, new UUID(0, 2)), event(3, 2), event(9, 1));

        settle();
        assertThat(applied).containsExactlyInAnyOrder(at(3, 1), at(9, 1));
        QueueStatus status = status().queues().get(0);
        assertThat(status.counts().duplicates()).isEqualTo(1);
        assertThat(status.counts().fenced()).isEqualTo(1);
        assertThat(status.counts().gaps()).isZero();
        assertThat(status.positions().done()).isEqualTo(at(9, 1));
    }

    @Test
    void aGapIsMarkedAndSkippedWhereTheSinkContinues() {
        start(OnGap.CONTINUE);
        pipe(opens(3, ONE), event(3, 1), event(3, 5));

        settle();
        assertThat(applied).containsExactlyInAnyOrder(at(3, 1), at(3, 5));
        assertThat(stored().checkpoint().diverged()).isTrue();
        assertThat(status().queues().get(0).counts().gaps()).isEqualTo(1);
    }

    @Test
    void aGapStopsTheSinkBeforeTheEventWhereItHalts() {
        start(OnGap.HALT);
        pipe(opens(3, ONE), event(3, 1));
        settle();

        assertThatThrownBy(() -> {
                    pipe(event(3, 5));
                    settleWithTicks();
                })
                .hasStackTraceContaining("Sink driven stopped before event 3/5 of queue orders at offset 2");
        assertThat(applied).containsExactly(at(3, 1));
    }

    /** Kafka Streams would end, and advise to use its reset tool, which deletes recorded results. */
    @Test
    void aTopicThatIsCreatedAgainWithFewerPartitionsStopsTheSink() {
        start(OnGap.CONTINUE);
        pipe(opens(3, ONE), event(3, 1));
        settle();
        description = new EventTopicDescription(new Uuid(9, 9), 2, 1_048_588, Map.of(0, 0L), Map.of());

        assertThatThrownBy(() -> pipe(event(3, 2)))
                .hasStackTraceContaining(
                        "Sink driven stopped because topic taskqueue.events was deleted and created again with 2"
                                + " partitions, but the state of the sink was written for 3. Create it with 3 partitions, or read it with a"
                                + " sink of another name.");
    }

    @Test
    void invalidRecordsAreMovedToTheDeadLetterTopicUnchanged() {
        start(OnGap.CONTINUE);
        pipe(opens(3, ONE), event(3, 1));
        topic.pipeInput(new TestRecord<byte[], byte[]>(null, bytes("{\"broken"))); // neither key nor headers
        topic.pipeInput(new TestRecord<byte[], byte[]>(bytes("orders"), null));
        topic.pipeInput(new TestRecord<>(bytes("orders"), bytes("{\"broken"), headers(event(3, 2)), THEN));
        pipe(event(3, 3));

        settle();
        assertThat(applied).containsExactlyInAnyOrder(at(3, 1), at(3, 3));
        assertThat(status().queues().get(0).counts().gaps()).isZero();
        assertThat(status().undecodable()).isEqualTo(3);
        ProducerRecord<byte[], byte[]> nothing = deadLetter();
        assertThat(nothing.key()).isNull();
        assertThat(nothing.value()).isEqualTo(bytes("{\"broken"));
        ProducerRecord<byte[], byte[]> tombstone = deadLetter();
        assertThat(tombstone.value()).isNull();
        assertThat(header(tombstone, DeadLetterRecord.REASON)).isEqualTo("The record has no value.");
        assertThat(header(tombstone, DeadLetterRecord.OFFSET)).isEqualTo("3");
        assertThat(header(deadLetter(), "ce_id")).isEqualTo("orders/3/2");
    }

    @Test
    void anEventWithoutKeyOrHeadersIsApplied() {
        start(OnGap.CONTINUE);
        topic.pipeInput(new TestRecord<byte[], byte[]>(null, CODEC.encode(event(3, 1))));

        settle();
        assertThat(applied).containsExactly(at(3, 1));
        assertThat(stored().checkpoint().taken().position()).isEqualTo(at(3, 1));
    }

    @Test
    void anEventWithANegativeTimestampIsApplied() {
        // neither the driver nor a producer sends one, but other clients and old brokers do
        ConsumerRecord<Object, Object> record = new ConsumerRecord<>("events", 0, 0, "orders", "value");
        assertThat(record.timestamp()).isNegative();
        assertThat(SinkTopology.TOLERANT.extract(record, -1)).isPositive();
    }

    private void start(OnGap onGap) {
        SinkSettings<String> settings = SinkService.<String>builder(
                        "driven", (event, effects) -> applied.add(event.position()), PayloadCodec.utf8())
                .kafka(Map.of("bootstrap.servers", "127.0.0.1:1"))
                .stateDirectory(directory)
                .metrics(registry)
                .onGap(onGap)
                .settings();
        description = new EventTopicDescription(TOPIC_ID, 3, 1_048_588, Map.of(0, 0L), Map.of());
        sink = new SinkTopology(settings, SinkTopology.newProgress(settings), () -> description);
        Properties properties = new Properties();
        properties.putAll(sink.properties());
        driver = new TopologyTestDriver(sink.topology(), properties);
        topic = driver.createInputTopic(
                settings.topics().events(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    @AfterEach
    void stop() {
        if (driver == null) {
            return;
        }
        sink.close();
        try {
            driver.close();
        } catch (RuntimeException failedBefore) {
            assertThat(failedBefore).hasStackTraceContaining("Sink driven stopped be");
        }
    }

    @SafeVarargs
    private void pipe(ReplicationEvent<String>... events) {
        for (ReplicationEvent<String> event : events) {
            topic.pipeInput(new TestRecord<>(bytes("orders"), CODEC.encode(event), headers(event), THEN));
        }
    }

    /** Lets the stream thread record the outcomes of the workers, and commit. */
    private void settle() {
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> {
            driver.advanceWallClockTime(PartitionWork.TICK);
            return status().settled();
        });
        try (KeyValues.Entries inFlight = StateKind.IN_FLIGHT.in(state()).all()) {
            assertThat(inFlight.hasNext()).isFalse();
        }
    }

    private void settleWithTicks() {
        for (int tick = 0; tick < 10; tick++) {
            driver.advanceWallClockTime(PartitionWork.TICK);
        }
    }

    private SinkStatus status() {
        return sink.progress().status(SinkState.RUNNING, SinkHealth.GOOD);
    }

    private CheckpointFormat.Stored stored() {
        return CheckpointFormat.read(StateKind.CHECKPOINT.in(state()).get(Bytes.wrap(bytes("orders"))));
    }

    private KeyValues state() {
        return new StreamsKeyValues(driver.getKeyValueStore(StoreNames.STATE));
    }

    private ProducerRecord<byte[], byte[]> deadLetter() {
        TestRecord<byte[], byte[]> record = driver.createOutputTopic(
                        "driven.dead", new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readRecord();
        return new ProducerRecord<>("driven.dead", 0, record.key(), record.value(), record.headers());
    }

    private static String header(ProducerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static Headers headers(ReplicationEvent<String> event) {
        Headers headers = new RecordHeaders();
        EventHeaders.write(event, ONE, headers);
        return headers;
    }

    private static ReplicationEvent<String> opens(long epoch, UUID instance) {
        return ReplicationEvent.sourceStarted("orders", new SourceMetadata(at(epoch, 0), "test", null, THEN), instance);
    }

    private static ReplicationEvent<String> event(long epoch, long sequence) {
        Task<String> task = new Task<>(new TaskId("orders", epoch, sequence), 1, THEN, "payload");
        return ReplicationEvent.of(
                "orders",
                new SourceMetadata(at(epoch, sequence), "test", null, THEN),
                TaskEvent.builder(EventKind.ENQUEUED, sequence, THEN, task).build());
    }

    private static Position at(long epoch, long sequence) {
        return new Position(epoch, sequence);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
