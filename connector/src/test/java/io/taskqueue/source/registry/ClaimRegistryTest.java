package io.taskqueue.source.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.kafka.KafkaRequests;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.source.SourceTestCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ClaimRegistryTest {

    private static final UUID ORDER = new UUID(1, 2);

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @AutoClose
    private static SourceTestCluster cluster;

    @BeforeAll
    static void startBroker(@TempDir Path directory) throws Exception {
        cluster = SourceTestCluster.start(directory);
    }

    @Test
    void claimAcknowledgedWithoutAnOffsetIsReadBackByItsInstance() throws Exception {
        Claim draft =
                new Claim("q", 0, UUID.randomUUID(), "peer-a", Instant.parse("2026-11-23T12:00:00Z"), Optional.empty());
        cluster.createTopicIfMissing("read-back", 1);
        cluster.send(
                new ProducerRecord<>("read-back", 0, RegistryKey.claim("first").bytes(), ClaimJson.value(draft)));
        try (var reader = TopicReader.open(cluster.settings(), IsolationLevel.READ_UNCOMMITTED, TIMEOUT);
                var producer = new OffsetlessProducer(new KafkaProducer<>(
                        cluster.settings(), new ByteArraySerializer(), new ByteArraySerializer()))) {
            Claim claim = new ClaimRegistry(reader, "read-back").claim(producer, new KafkaRequests(TIMEOUT), draft, 1);

            assertThat(claim.epoch()).isEqualTo(1);
            assertThat(claim.instanceId()).isEqualTo(draft.instanceId());
        }
    }

    @Test
    void readerOfClaimsIgnoresOtherRecordsAndPassesThoseThatItKnowsOn() throws Exception {
        Claim claim =
                new Claim("q", 0, UUID.randomUUID(), "peer-a", Instant.parse("2026-11-23T12:00:00Z"), Optional.empty());
        cluster.createTopicIfMissing("claims", 1);
        cluster.send(new ProducerRecord<>("claims", 0, RegistryKey.mark("q").bytes(), new byte[0]));
        cluster.send(new ProducerRecord<>("claims", 0, new byte[] {(byte) 0xFF, 'z', 'q'}, new byte[0]));
        cluster.send(new ProducerRecord<>("claims", 0, null, new byte[0]));
        cluster.send(new ProducerRecord<>("claims", 0, RegistryKey.claim("q").bytes(), ClaimJson.value(claim)));
        cluster.send(new ProducerRecord<>(
                "claims", 0, RegistryKey.retryOrder("q", ORDER).bytes(), null));
        List<RegistryKey> others = new ArrayList<>();
        try (var reader = TopicReader.open(cluster.settings(), IsolationLevel.READ_UNCOMMITTED, TIMEOUT)) {
            ClaimRegistry.Contents contents =
                    new ClaimRegistry(reader, "claims").read(record -> others.add(record.key()));

            assertThat(contents.claims()).containsOnlyKeys("q");
            assertThat(contents.end()).isEqualTo(5);
            assertThat(others).containsExactly(RegistryKey.mark("q"), RegistryKey.retryOrder("q", ORDER));
        }
        assertThat(SourceRegistry.read(cluster.settings(), "claims")).containsOnlyKeys("q");
    }
}
