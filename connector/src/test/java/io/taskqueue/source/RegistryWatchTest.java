package io.taskqueue.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.Position;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RegistryWatchTest {

    @Test
    void onlyANewerClaimOfTheSameQueueFencesAndAShorterRegistryIsAnError(@TempDir Path directory) throws Exception {
        try (Cluster cluster = Cluster.start(directory)) {
            cluster.createTopic("registry", 1, Map.of("cleanup.policy", "compact"));
            Claim own = claim("q", 1, "peer-a");
            cluster.send(
                    new ProducerRecord<>("registry", 0, ClaimJson.key("q"), ClaimJson.value(claim("q", 0, "old"))));
            cluster.send(new ProducerRecord<>("registry", 0, ClaimJson.key("q"), ClaimJson.value(own)));
            try (RegistryWatch watch = watch(cluster, own);
                    RegistryWatch lost = watch(cluster, claim("q", 9, "peer-a"))) {
                assertThat(watch.newerClaim()).isEmpty();
                cluster.send(new ProducerRecord<>(
                        "registry", 0, ClaimJson.key("other"), ClaimJson.value(claim("other", 2, "peer-b"))));
                assertThat(watch.newerClaim()).isEmpty();
                cluster.send(new ProducerRecord<>(
                        "registry", 0, ClaimJson.key("q"), ClaimJson.value(claim("q", 3, "peer-c"))));
                assertThat(watch.newerClaim()).map(Claim::sourcePeerId).contains("peer-c");

                assertThatThrownBy(lost::newerClaim)
                        .isInstanceOf(SourceStoppedException.class)
                        .hasMessage("Registry registry ends at offset 4, but queue q was claimed there with epoch 9: it"
                                + " lost records or was made anew, so nobody can tell who owns the queue. Restore the"
                                + " registry, or start with a new registryTopic and a new topic.");
            }
        }
    }

    @Test
    void aFutureIsNotForgottenWhenReadingTheRegistryEndsInAnError() throws Exception {
        Claim own = claim("q", 7, "peer-a");
        RegistryWatch broken = new RegistryWatch(
                () -> {
                    throw new NoClassDefFoundError("a deserializer's class");
                },
                "registry",
                own);
        List<IllegalStateException> ends = new CopyOnWriteArrayList<>();
        ReplicationGate gate = new ReplicationGate(() -> new Position(7, 1), broken, 7, ends::add);
        CompletableFuture<Position> replicated = gate.await(() -> new Position(7, 1));
        Thread thread = new Thread(gate);
        thread.start();

        assertThatThrownBy(() -> replicated.get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(SourceStoppedException.class)
                .hasRootCauseMessage("a deserializer's class");

        await().until(() -> ends.size() == 1);
        gate.finish();
        thread.join(20_000);
    }

    @Test
    void aRegistryThatCannotBeReadIsAskedLessAndLessOften() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        RegistryWatch refused = new RegistryWatch(
                () -> {
                    asked.incrementAndGet();
                    throw new TopicAuthorizationException("registry");
                },
                "registry",
                claim("q", 7, "peer-a"));
        ReplicationGate gate = new ReplicationGate(() -> new Position(7, 1), refused, 7, cause -> {});
        CompletableFuture<Position> replicated = gate.await(() -> new Position(7, 1));
        Thread thread = new Thread(gate);
        thread.start();

        await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(20)).until(() -> !replicated.isDone());

        assertThat(asked.get()).isBetween(1, 6);
        gate.finish();
        thread.join(20_000);
        assertThatThrownBy(replicated::get)
                .hasMessageContaining("The events are on Kafka, but the source ended before the registry told");
    }

    private static RegistryWatch watch(Cluster cluster, Claim own) {
        return new RegistryWatch(
                () -> new PartitionReader(new KafkaSettings(cluster.settings()).consumer(), Duration.ofSeconds(20)),
                "registry",
                own);
    }

    private static Claim claim(String queue, long epoch, String peer) {
        return new Claim(
                queue,
                epoch,
                UUID.randomUUID(),
                peer,
                Instant.parse("2026-11-23T12:00:00Z"),
                Optional.of(new Claim.Home("events", 12)));
    }
}
