package io.taskqueue.source.registry;

import static io.taskqueue.source.registry.TestClaims.claim;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.kafka.TopicReader;
import io.taskqueue.source.SourceTestCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RegistryWatchTest {

    @Test
    void onlyANewerClaimOfTheSameQueueIsReportedAndAShorterRegistryIsAnError(@TempDir Path directory) throws Exception {
        try (SourceTestCluster cluster = SourceTestCluster.start(directory)) {
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
                        .isInstanceOf(RegistryLostException.class)
                        .hasMessage("Registry registry ends at offset 4, but queue q was claimed there with epoch 9: it"
                                + " lost records or was recreated, so the owner of the queue is unknown. Restore the"
                                + " registry, or start with a new registryTopic and a new topic.");
            }
        }
    }

    private static RegistryWatch watch(SourceTestCluster cluster, Claim own) {
        return new RegistryWatch(
                () -> TopicReader.open(cluster.settings(), IsolationLevel.READ_UNCOMMITTED, Duration.ofSeconds(20)),
                "registry",
                own);
    }
}
