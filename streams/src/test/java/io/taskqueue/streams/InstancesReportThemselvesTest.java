package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.kafka.TopicNames;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.OnExhausted;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.admin.SinkInstances;
import io.taskqueue.streams.instances.SinkInstance;
import io.taskqueue.streams.status.EffectCounts;
import io.taskqueue.streams.status.SinkHealth;
import io.taskqueue.streams.status.SinkState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class InstancesReportThemselvesTest {

    private static final Duration INTERVAL = Duration.ofMillis(500);

    @Test
    void eachInstanceReportsWhatItDoesUntilItIsClosed() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(2)) {
            Instant before = Instant.now();
            SinkService one = cluster.start(cluster.sink("instance-reporting", cluster.calling(Duration.ZERO))
                    .instanceInterval(INTERVAL));
            cluster.source("orders", 1).open().tasks(1, 3);
            SinkInstance reported =
                    await("instance-reporting", instance -> instance.effects().run() == 6 && instance.inFlight() == 0);

            assertThat(reported.state()).isEqualTo(SinkState.RUNNING);
            assertThat(reported.health()).isEqualTo(SinkHealth.GOOD);
            assertThat(reported.effects()).isEqualTo(new EffectCounts(6, 0, 0, 0, 0, 0));
            assertThat(reported.latency().counts().stream()
                            .mapToLong(count -> count)
                            .sum())
                    .isEqualTo(6);
            assertThat(reported.identity().host()).isNotBlank();
            assertThat(reported.identity().version()).isNotBlank();
            assertThat(reported.identity().startedAt()).isBetween(before, reported.at());
            assertThat(reported.running(Instant.now())).isTrue();

            SinkService two = cluster.start(cluster.sink("instance-reporting", cluster.calling(Duration.ZERO))
                    .stateDirectory(cluster.state("two"))
                    .instanceInterval(INTERVAL));
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).untilAsserted(() -> assertThat(
                            read("instance-reporting"))
                    .hasSize(2)
                    .allMatch(instance -> instance.running(Instant.now())));
            two.close();
            assertThat(read("instance-reporting"))
                    .extracting(SinkInstance::identity)
                    .containsExactly(reported.identity());
            one.close();
            assertThat(read("instance-reporting")).isEmpty();
        }
    }

    @Test
    void anUnavailableTargetIsReportedBeforeTheIntervalHasPassed() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            AtomicBoolean available = new AtomicBoolean();
            cluster.start(cluster.sink(
                            "instance-waiting",
                            (event, effects) -> effects.run("call", key -> {
                                if (!available.get()) {
                                    throw new IOException("refused");
                                }
                            }))
                    .instanceInterval(Duration.ofMinutes(1))
                    .retry(new RetryPolicy(100, Duration.ofMillis(1), Duration.ofMillis(1), 0))
                    .breaker(new BreakerPolicy(1, 1, Duration.ofMillis(100), Duration.ofMillis(100))));
            cluster.source("orders", 1).open().tasks(1, 2);

            assertThat(await(
                                    "instance-waiting",
                                    instance -> instance.health().target().isPresent())
                            .health()
                            .target())
                    .hasValueSatisfying(text -> assertThat(text)
                            .startsWith("Sink instance-waiting has waited for its target since ")
                            .contains("refused"));
            available.set(true);
            SinkInstance after = await(
                    "instance-waiting", instance -> instance.health().target().isEmpty());
            assertThat(after.running(Instant.now())).isTrue();
        }
    }

    @Test
    void aSinkThatFailedLeavesTheReason() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            SinkService service = cluster.start(cluster.sink("instance-failing", (event, effects) -> {
                        throw new IOException("refused");
                    })
                    .onExhausted(OnExhausted.STOP));
            cluster.source("orders", 1).open().tasks(1, 2);
            assertThatThrownBy(service::awaitTermination).isInstanceOf(SinkStoppedException.class);

            assertThat(read("instance-failing")).singleElement().satisfies(instance -> {
                assertThat(instance.state()).isEqualTo(SinkState.FAILED);
                assertThat(instance.health().failure())
                        .isEqualTo(service.status().failure())
                        .isPresent();
                assertThat(instance.running(Instant.now())).isFalse();
            });
        }
    }

    @Test
    void theTopicKeepsTheNewestReportsForADayAndAnotherRecordInItIsIgnored() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(2)) {
            cluster.start(cluster.sink("instance-kept", (event, effects) -> {}));
            SinkInstance instance = await("instance-kept", report -> true);
            String topic = TopicNames.instances("instance-kept");
            cluster.producer
                    .send(new ProducerRecord<>(topic, 0, new byte[] {1}, new byte[] {2}))
                    .get();
            assertThat(read("instance-kept")).extracting(SinkInstance::identity).containsExactly(instance.identity());
            Config config = config(cluster, topic);
            assertThat(config.get("cleanup.policy").value().split(",", -1))
                    .containsExactlyInAnyOrder("compact", "delete");
            assertThat(config.get("retention.ms").value()).isEqualTo("86400000");
            assertThat(cluster.admin
                            .describeTopics(List.of(topic))
                            .allTopicNames()
                            .get()
                            .get(topic)
                            .partitions())
                    .hasSize(1);
        }
    }

    @Test
    void aSinkWhoseReportsAreTurnedOffHasNoTopicForThem() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            SinkService service = cluster.start(
                    cluster.sink("instance-silent", (event, effects) -> {}).instanceInterval(Duration.ZERO));
            cluster.source("orders", 1).open().tasks(1, 2);
            cluster.awaitCaughtUp("instance-silent", service);

            assertThat(cluster.admin.listTopics().names().get())
                    .doesNotContain(TopicNames.instances("instance-silent"));
            assertThat(read("instance-silent")).isEmpty();
        }
    }

    private static SinkInstance await(String sink, Predicate<SinkInstance> expected) {
        return Awaitility.await()
                .atMost(SinkTestCluster.PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> read(sink).stream().filter(expected).findFirst(), Optional::isPresent)
                .orElseThrow();
    }

    private static List<SinkInstance> read(String sink) {
        return SinkInstances.read(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()), sink);
    }

    private static Config config(SinkTestCluster cluster, String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return cluster.admin
                .describeConfigs(List.of(resource))
                .all()
                .get(30, TimeUnit.SECONDS)
                .get(resource);
    }
}
