package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.sink.OnPermanent;
import io.taskqueue.sink.PermanentEffectException;
import io.taskqueue.streams.admin.ParkedEvents;
import io.taskqueue.streams.parking.ParkedTask;
import io.taskqueue.streams.state.StoreNames;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WrittenRecordsHaveACurrentTimeTest {

    /** Of a topic that refuses what is an hour old, or an hour ahead. */
    private static final Map<String, String> STRICT = Map.of(
            TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, "3600000",
            TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, "3600000");

    @ParameterizedTest
    @ValueSource(strings = {"1970-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "two hours ahead"})
    void recordsOfAnotherTimeAreAppliedAndDeadLetteredUnderTheCurrentTime(String time) throws Exception {
        long stamp = time.startsWith("two")
                ? System.currentTimeMillis() + Duration.ofHours(2).toMillis()
                : Instant.parse(time).toEpochMilli();
        String name = "punctual" + time.replaceAll("[^0-9a-z]", "");
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            acceptAnyTime(cluster);
            cluster.admin
                    .createTopics(List.of(new NewTopic(TopicNames.deadLetters(name), Optional.of(1), Optional.empty())
                            .configs(STRICT)))
                    .all()
                    .get();
            EventTopicWriter source = cluster.source("orders", 1).stamped(stamp).open();
            source.tasks(0, 2);
            source.undecodable(true, "orders".getBytes(StandardCharsets.UTF_8));
            source.tasks(2, 4);
            Instant before = Instant.now();
            SinkService service = cluster.start(
                    cluster.sink(name, cluster.calling(Duration.ZERO)).kafka(strict()));
            cluster.awaitCaughtUp(name, service);
            service.close();

            assertThat(cluster.ledger.calls()).hasSize(12);
            List<ConsumerRecord<byte[], byte[]>> deadLetters = read(TopicNames.deadLetters(name));
            assertThat(deadLetters).hasSize(1);
            assertThat(new String(
                            deadLetters
                                    .get(0)
                                    .headers()
                                    .lastHeader("taskqueue_dead_timestamp")
                                    .value(),
                            StandardCharsets.UTF_8))
                    .isEqualTo(String.valueOf(Math.max(1, stamp)));
            assertCurrent(deadLetters, before);
            assertCurrent(read(TopicNames.changelog(name, StoreNames.STATE)), before);
            assertCurrent(read(TopicNames.changelog(name, StoreNames.RESULTS)), before);
        }
    }

    @Test
    void aRedriveIsWrittenUnderTheCurrentTime() throws Exception {
        Instant before = Instant.now();
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            AtomicBoolean repaired = new AtomicBoolean();
            cluster.source("orders", 1).open().next(EventKind.ENQUEUED, 1);
            SinkService service = cluster.start(cluster.sink(
                            "redriving",
                            (event, effects) -> effects.run("call", key -> {
                                if (!repaired.get()) {
                                    throw new PermanentEffectException("broken");
                                }
                                cluster.ledger.called(key.toString());
                            }))
                    .onPermanent(OnPermanent.PARK)
                    .kafka(strict()));
            ParkedEvents parked =
                    new ParkedEvents(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()), "redriving");
            ParkedTask task = Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .ignoreExceptions()
                    .until(() -> ParkedTask.of(parked.read()), found -> found.size() == 1)
                    .get(0);
            repaired.set(true);
            parked.redrive(task, "ann");

            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> parked.read()
                    .isEmpty());
            assertThat(service.status().failure()).isEmpty();
            assertThat(cluster.ledger.calls()).hasSize(1);
            assertCurrent(read(TopicNames.control("redriving")), before);
            assertCurrent(read(TopicNames.changelog("redriving", StoreNames.STATE)), before);
        }
    }

    private static Map<String, Object> strict() {
        Map<String, Object> properties = new HashMap<>(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()));
        STRICT.forEach((key, value) -> properties.put("streams.topic." + key, value));
        return properties;
    }

    private static void acceptAnyTime(SinkTestCluster cluster) throws Exception {
        cluster.admin
                .incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, cluster.topic),
                        List.of(new AlterConfigOp(
                                new ConfigEntry(
                                        TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG,
                                        String.valueOf(Long.MAX_VALUE)),
                                AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(String topic) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        SinkTestCluster.readCommitted(topic, records::add);
        return records;
    }

    private static void assertCurrent(List<ConsumerRecord<byte[], byte[]>> records, Instant before) {
        assertThat(records).isNotEmpty().allSatisfy(record -> assertThat(Instant.ofEpochMilli(record.timestamp()))
                .isBetween(before.minusSeconds(1), Instant.now().plusSeconds(1)));
    }
}
