package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.status.EffectCounts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SinkSettingsTest {

    @Test
    void invalidSettingsAreReportedBeforeTheClusterIsContacted() {
        assertThatThrownBy(() -> builder("a sink").start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "The sink name 'a sink' cannot be used, because it becomes a consumer group and a part of topic names. "
                                + "Use letters, digits, dots, hyphens and underscores, but not dots alone.");
        // the name is also that of a directory
        assertThatThrownBy(() -> builder("..").start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("The sink name '..' cannot be used");
        assertThatThrownBy(() -> builder("s").topicCheckInterval(Duration.ZERO).start())
                .hasMessage(
                        "Sink s needs a topic check interval of at least 1 ms, but it is 0s. Raise topicCheckInterval.");
        assertThatThrownBy(() -> builder("s").kafka(Map.of()).start())
                .hasMessage(
                        "The sink s has no Kafka to connect to: bootstrap.servers is not set. Pass it to kafka(...).");
        assertThatThrownBy(() -> builder("s")
                        .kafka(Map.of("bootstrap.servers", "127.0.0.1:1", "streams.num.stream.threads", 2))
                        .start())
                .hasMessage(
                        "The property num.stream.threads of a sink must be 1, which is needed to hand partitions over "
                                + "cleanly, but it is set to 2. Remove the property.");
        assertThatThrownBy(() -> builder("s")
                        .kafka(Map.of("bootstrap.servers", "127.0.0.1:1", "streams.max.task.idle.ms", "0"))
                        .start())
                .hasMessage(
                        "The property max.task.idle.ms of a sink must be -1, which lets the sink read commands before "
                                + "events, but it is set to 0. Remove the property.");
        assertThatThrownBy(
                        () -> builder("s").deadLetterTopic("taskqueue.events").start())
                .hasMessageContaining("is taskqueue.events, which is its event topic or its control topic");
        assertThatThrownBy(() -> builder("s").concurrency(8).maxInFlight(4).start())
                .hasMessage(
                        "Sink s needs 1 <= concurrency <= maxInFlight, but concurrency is 8 and maxInFlight 4. Raise the lower one.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "group.protocol | streams | must be classic, which lets the sink intercept each poll and each revocation",
                "processing.exception.handler | org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler"
                        + " | must be org.apache.kafka.streams.errors.LogAndFailProcessingExceptionHandler, which lets the sink"
                        + " stop before an event that it must not skip",
                "production.exception.handler | a.b.Dropping"
                        + " | must be org.apache.kafka.streams.errors.DefaultProductionExceptionHandler, which never drops a"
                        + " result or an event in flight",
                "default.production.exception.handler | a.b.Dropping"
                        + " | must be org.apache.kafka.streams.errors.DefaultProductionExceptionHandler, which never drops a"
                        + " result or an event in flight",
                "topic.cleanup.policy | delete | must be compact, which keeps the sink's state, however old it is",
                "main.consumer.isolation.level | read_uncommitted"
                        + " | must be read_committed, which hides what was never committed",
                "restore.consumer.isolation.level | read_uncommitted"
                        + " | must be read_committed, which hides what was never committed",
                "__processing.threads.enabled__ | true | must be false, which processes all records of a partition on one thread"
            })
    void propertiesThatWouldBreakAGuaranteeAreRefused(String property, String value, String found) {
        for (String prefix : List.of("", "streams.")) {
            assertThatThrownBy(() -> builder("s")
                            .kafka(Map.of("bootstrap.servers", "127.0.0.1:1", prefix + property, value))
                            .start())
                    .hasMessage("The property " + property + " of a sink " + found + ", but it is set to " + value
                            + ". Remove the property.");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"statestore.cache.max.bytes", "cache.max.bytes.buffering"})
    void aCacheTooSmallForTheCommitHookIsRefusedByEitherName(String property) {
        assertThatThrownBy(() -> builder("s")
                        .kafka(Map.of("bootstrap.servers", "127.0.0.1:1", property, "0"))
                        .start())
                .hasMessage("The property " + property + " of a sink must be at least 1048576, but it is set to 0: with"
                        + " less, the sink would not learn of a commit in time. Remove the property.");
    }

    @Test
    void propertiesOfOneClientArePassedThrough() {
        SinkSettings<String> settings = builder("s")
                .kafka(Map.of(
                        "bootstrap.servers", "h:1",
                        "consumer.session.timeout.ms", "9000",
                        "streams.replication.factor", "3",
                        "admin.retries", "7"))
                .settings();

        Map<String, Object> properties = StreamsProperties.of(settings, new Uuid(7, 8), 2_000_000);

        assertThat(properties)
                .containsEntry("application.id", "s")
                .containsEntry("processing.guarantee", "exactly_once_v2")
                .containsEntry("consumer.session.timeout.ms", "9000")
                .containsEntry("replication.factor", "3")
                .containsEntry("admin.retries", "7")
                .containsEntry("producer.max.request.size", 33_554_432)
                .containsEntry("restore.consumer.fetch.max.wait.ms", 50)
                .containsEntry("topic.max.message.bytes", "2065536");
    }

    /** What is in flight is written in few requests, and the first commit of a producer does not wait for long. */
    @Test
    void aCommitIsShortByDefault() {
        assertThat(properties(Map.of("bootstrap.servers", "h:1")))
                .containsEntry("producer.batch.size", 131_072)
                .containsEntry("producer.retry.backoff.ms", 20);
    }

    @Test
    void aNewInstanceTakesPartitionsSoon() {
        assertThat(properties(Map.of("bootstrap.servers", "h:1", "streams.acceptable.recovery.lag", "5")))
                .containsEntry("acceptable.recovery.lag", "5")
                .containsEntry("probing.rebalance.interval.ms", 60_000L);
    }

    @Test
    void aPropertyForAllClientsIsUsedUnlessOneIsSetForTheClient() {
        assertThat(properties(Map.of(
                        "bootstrap.servers", "h:1",
                        "session.timeout.ms", "45000",
                        "heartbeat.interval.ms", "15000",
                        "consumer.heartbeat.interval.ms", "9000",
                        "batch.size", "16384",
                        "retry.backoff.ms", "200",
                        "fetch.max.wait.ms", "300")))
                .containsEntry("consumer.session.timeout.ms", "45000")
                .containsEntry("consumer.heartbeat.interval.ms", "9000")
                .containsEntry("producer.batch.size", "16384")
                .containsEntry("producer.retry.backoff.ms", "200")
                .containsEntry("restore.consumer.fetch.max.wait.ms", "300");
    }

    private static Map<String, Object> properties(Map<String, Object> kafka) {
        return StreamsProperties.of(builder("s").kafka(kafka).settings(), new Uuid(7, 8), 2_000_000);
    }

    @Test
    void aMissingTopicIsRefusedWithARemedy() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            assertThatThrownBy(() -> cluster.sink("lost", cluster.calling(Duration.ZERO))
                            .topic("no-such-topic")
                            .topicWait(Duration.ofMillis(500))
                            .start())
                    .isInstanceOf(SinkStoppedException.class)
                    .hasMessage(
                            "Sink lost found no topic no-such-topic within 500ms. Start a source, which creates it, or let"
                                    + " the sink create it or wait for it without a limit (--create-topic, --wait-for-topic; in"
                                    + " code, createTopic, waitForTopic), or name another topic.");
        }
    }

    @Test
    void aRecreatedTopicStartsANewHistoryAndDeletesTheOldResults() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            cluster.source("orders", 1).open().tasks(0, 2);
            SinkService before = cluster.start(cluster.sink("recreated", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("recreated", before);
            before.close();
            assertThat(cluster.ledger.calls()).hasSize(6);

            cluster.recreate();
            cluster.source("orders", 1).open().tasks(0, 3);
            SinkService after = cluster.start(cluster.sink("recreated", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("recreated", after);

            assertThat(after.status().effects()).isEqualTo(new EffectCounts(9, 0, 0, 0, 0, 0));
            assertThat(after.status().queues().get(0).counts().gaps()).isZero();
        }
    }

    private static SinkService.Builder<String> builder(String name) {
        return SinkService.builder(name, (event, effects) -> {}, PayloadCodec.utf8())
                .kafka(Map.of("bootstrap.servers", "127.0.0.1:1"));
    }
}
