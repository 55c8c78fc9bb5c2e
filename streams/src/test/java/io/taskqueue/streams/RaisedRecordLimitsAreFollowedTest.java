package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.state.StoreNames;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class RaisedRecordLimitsAreFollowedTest {

    private static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.utf8());
    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");
    private static final int LARGE = 3_000_000;

    @Test
    void aRunningSinkAppliesARecordThatTheTopicTakesOnlySinceItsLimitWasRaised() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1);
                KafkaProducer<byte[], byte[]> producer = producer("none")) {
            CountDownLatch release = new CountDownLatch(1);
            ReplicationSink<String> slow = (event, effects) -> effects.run("call", key -> {
                cluster.ledger.called(key.toString());
                release.await();
            });
            SinkService service = cluster.start(cluster.sink("growing", slow).topicCheckInterval(Duration.ofHours(1)));
            cluster.source("small", 1).open().next(EventKind.ENQUEUED, 1);
            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .until(() -> cluster.ledger.calls().size() == 1);

            raise(cluster, 4_000_000);
            send(cluster, producer, 1);
            // in flight, so it is written to the changelog whole
            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .until(() -> cluster.ledger.calls().size() == 2);
            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .until(() -> read(TopicNames.changelog("growing", StoreNames.STATE)).stream()
                            .anyMatch(record -> record.value() != null && record.value().length > LARGE));
            service.close();

            release.countDown();
            SinkService again = cluster.start(cluster.sink("growing", cluster.calling(Duration.ZERO)));
            send(cluster, producer, 2);
            cluster.awaitCaughtUp("growing", again);
            assertThat(again.status().failure()).isEmpty();
            assertThat(Set.copyOf(cluster.ledger.calls())).hasSize(3);
            assertThat(again.topicNote()).isEmpty();
        }
    }

    @Test
    void aCompressedRecordIsDeadLetteredThatIsLargerThanTheTopicsLimitWhenItIsNot() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1);
                KafkaProducer<byte[], byte[]> producer = producer("gzip")) {
            producer.send(new ProducerRecord<>(cluster.topic, 0, null, new byte[LARGE]))
                    .get();
            SinkService service = cluster.start(cluster.sink("inflated", cluster.calling(Duration.ZERO)));

            cluster.awaitCaughtUp("inflated", service);
            assertThat(read("inflated.dead")).singleElement().satisfies(record -> assertThat(record.value())
                    .hasSize(LARGE));
        }
    }

    @Test
    void theTopicsOfAStoppedSinkAreRaisedAtItsStart() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1);
                KafkaProducer<byte[], byte[]> producer = producer("none")) {
            cluster.start(cluster.sink("restarted", cluster.calling(Duration.ZERO)))
                    .close();
            raise(cluster, 40_000_000);
            SinkService service = cluster.start(cluster.sink("restarted", cluster.calling(Duration.ZERO)));
            send(cluster, producer, 1);

            cluster.awaitCaughtUp("restarted", service);
            assertThat(cluster.ledger.calls()).hasSize(1);
            try (TopicAdmin admin = TopicAdmin.open(
                    Map.of("bootstrap.servers", SinkTestCluster.bootstrap()), SinkTestCluster.PATIENCE)) {
                for (String topic : List.of(
                        "restarted.dead",
                        TopicNames.changelog("restarted", StoreNames.RESULTS),
                        TopicNames.changelog("restarted", StoreNames.STATE))) {
                    assertThat(TopicAdmin.maxMessageBytes(admin.config(topic))).isEqualTo(40_000_000 + 64 * 1024);
                }
                assertThat(admin.config(TopicNames.changelog("restarted", StoreNames.STATE))
                                .get("segment.bytes")
                                .value())
                        .isEqualTo(String.valueOf(40_000_000 + 64 * 1024));
            }
        }
    }

    @Test
    void aPropertyThatIsTooSmallForTheTopicIsRefusedAtStart() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            raise(cluster, 4_000_000);
            assertThatThrownBy(() -> cluster.sink("narrow", cluster.calling(Duration.ZERO))
                            .kafka(Map.of(
                                    "bootstrap.servers",
                                    SinkTestCluster.bootstrap(),
                                    "producer.max.request.size",
                                    2_000_000))
                            .start())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "The property producer.max.request.size of a sink must be at least 4065536, which is the size"
                                    + " of the largest record of its event topic and what the sink adds to it, but it is set to"
                                    + " 2000000. Raise it or remove the property.");
        }
    }

    private static void raise(SinkTestCluster cluster, int bytes) throws Exception {
        try (TopicAdmin admin =
                TopicAdmin.open(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()), SinkTestCluster.PATIENCE)) {
            admin.configure(cluster.topic, Map.of("max.message.bytes", String.valueOf(bytes)));
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(String compression) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        SinkTestCluster.bootstrap(),
                        "max.request.size",
                        10_000_000,
                        "compression.type",
                        compression),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** An event of a large payload. */
    private static void send(SinkTestCluster cluster, KafkaProducer<byte[], byte[]> producer, int sequence)
            throws Exception {
        Task<String> task = new Task<>(new TaskId("large", 1, sequence), 1, THEN, "x".repeat(LARGE));
        ReplicationEvent<String> event = ReplicationEvent.of(
                "large",
                new SourceMetadata(new Position(1, sequence), "test", null, THEN),
                TaskEvent.builder(EventKind.ENQUEUED, sequence, THEN, task).build());
        RecordHeaders headers = new RecordHeaders();
        EventHeaders.write(event, new UUID(0, 1), headers);
        producer.send(new ProducerRecord<>(
                        cluster.topic, 0, "large".getBytes(StandardCharsets.UTF_8), CODEC.encode(event), headers))
                .get();
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(String topic) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        SinkTestCluster.readCommitted(topic, records::add);
        return records;
    }
}
