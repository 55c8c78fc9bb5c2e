package io.taskqueue.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.embedded.EmbeddedKafka;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TopicProbeTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    @Test
    void clusterThatAnswersHasAProblemOnlyWithoutTheTopic(@TempDir Path directory) throws Exception {
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory, 0)) {
            Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            try (TopicProbe probe = new TopicProbe(kafka, "events", Duration.ofSeconds(10));
                    Admin admin = Admin.create(kafka)) {
                assertThat(probe.problem(partition -> true)).contains("topic events does not exist");
                admin.createTopics(List.of(new NewTopic("events", 3, (short) 1)))
                        .all()
                        .get(20, TimeUnit.SECONDS);
                assertThat(probe.problem(partition -> true)).isEmpty();
            }
        }
    }

    @Test
    void addressWhereNothingListensRefusesTheConnection() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThat(problemAt("127.0.0.1:" + port))
                .contains("no broker can be reached (127.0.0.1:" + port + ": Connection refused)");
    }

    /** As a broker does whose process is paused. */
    @Test
    void addressThatAcceptsConnectionsAndDoesNotAnswerIsDistinguished() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + silent.getLocalPort();
            assertThat(problemAt(address)).hasValueSatisfying(reason -> assertThat(reason)
                    .startsWith(address + " accepts connections, but does not answer: Timed out"));
        }
    }

    @Test
    void hostThatIsUnknownIsNamed() {
        assertThat(new BrokerDiagnosis(Map.of("bootstrap.servers", "nowhere.invalid:9092"))
                        .reason(new TimeoutException("Timed out waiting for a node assignment.")))
                .isEqualTo("no broker can be reached (nowhere.invalid:9092: unknown host)");
    }

    @Test
    void credentialsAndPermissionsAreDistinguishedFromAnAbsentBroker() {
        BrokerDiagnosis diagnosis = new BrokerDiagnosis(Map.of("bootstrap.servers", List.of("a:1", "b:2")));
        assertThat(diagnosis.reason(
                        new SaslAuthenticationException("Authentication failed: Invalid username or password")))
                .isEqualTo(
                        "The cluster does not accept the credentials: Authentication failed: Invalid username or password");
        assertThat(diagnosis.reason(new SslAuthenticationException(
                        "SSL handshake failed", new IllegalStateException("PKIX path building failed"))))
                .contains("PKIX path building failed")
                .doesNotContain("no broker can be reached");
        assertThat(diagnosis.reason(new TopicAuthorizationException("Not authorized to access topics: [events]")))
                .isEqualTo("This user is not permitted to use a topic (Not authorized to access topics: [events])");
    }

    @Test
    void partitionWithoutALeaderIsNamed() throws Exception {
        Node node = new Node(1, "a", 1);
        TopicDescription description = new TopicDescription(
                "events",
                false,
                List.of(
                        new TopicPartitionInfo(0, node, List.of(node), List.of(node)),
                        new TopicPartitionInfo(1, null, List.of(node), List.of())));
        try (TopicProbe probe = new TopicProbe(Map.of("bootstrap.servers", "127.0.0.1:1"), "events", TIMEOUT)) {
            assertThat(probe.problemOf(description, partition -> true))
                    .contains("partition 1 of topic events has no leader");
            assertThat(probe.problemOf(description, partition -> partition == 0))
                    .isEmpty();
        }
    }

    private static Optional<String> problemAt(String address) throws InterruptedException {
        try (TopicProbe probe = new TopicProbe(Map.of("bootstrap.servers", address), "events", TIMEOUT)) {
            return probe.problem(partition -> true);
        }
    }
}
