package io.taskqueue.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.kafka.KafkaFailure.Kind;
import java.security.cert.CertificateExpiredException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLHandshakeException;
import javax.security.auth.login.LoginException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.junit.jupiter.api.Test;

/** Failures of Kafka's clients are explained by their innermost cause; those that a broker can show are in the tests of the commands. */
class KafkaFailureTest {

    @Test
    void missingPermissionsNameTheResource() {
        assertExplained(
                new TopicAuthorizationException(new LinkedHashSet<>(List.of("b", "a"))),
                Kind.AUTHORIZATION,
                "This user is not permitted to use topic a, b (Not authorized to access topics: [b, a]). Grant it the ACLs that "
                        + "docs/security.md lists.");
        assertExplained(
                GroupAuthorizationException.forGroupId("billing"),
                Kind.AUTHORIZATION,
                "This user is not permitted to use consumer group billing (Not authorized to access group: billing). Grant it "
                        + "the ACLs that docs/security.md lists.");
        assertExplained(
                new ClusterAuthorizationException("Cluster authorization failed."),
                Kind.AUTHORIZATION,
                "This user is not permitted to use the cluster in this way (Cluster authorization failed). Grant it the ACLs "
                        + "that docs/security.md lists.");
        assertExplained(
                new KafkaException("Unexpected error in TxnOffsetCommitResponse: Topic authorization failed."),
                Kind.AUTHORIZATION,
                "This user is not permitted to use a topic (Unexpected error in TxnOffsetCommitResponse: Topic authorization"
                        + " failed). Grant it the ACLs that docs/security.md lists.");
    }

    @Test
    void refusedRequestsAreNotBlamedOnReachability() {
        assertExplained(
                new InvalidTopicException("Topic name is invalid: 'a b' contains a blank"),
                Kind.REQUEST,
                "Kafka refused it: Topic name is invalid: 'a b' contains a blank. Use up to 249 letters, digits, dots, hyphens "
                        + "and underscores in the name of a topic, but not dots alone.");
        assertExplained(
                new InvalidReplicationFactorException("Only 1 broker(s) are registered."),
                Kind.REQUEST,
                "Kafka refused it: Only 1 broker(s) are registered. Set a replication factor that is not higher than the number "
                        + "of brokers (replicationFactor of a source, --replication-factor of a command, replication.factor of a "
                        + "sink), or add brokers.");
        assertExplained(
                new PolicyViolationException("Names begin with the team"),
                Kind.REQUEST,
                "Kafka refused it: Names begin with the team. Create the topic as the cluster's policy requires, or ask its "
                        + "operator to do it.");
        assertExplained(
                new UnsupportedVersionException("The node does not support METADATA"),
                Kind.REQUEST,
                "Kafka refused it: The node does not support METADATA. The brokers are too old for this client, or too new: use "
                        + "brokers of Kafka 3.3 or later.");
    }

    @Test
    void handshakesAreExplainedByTheirInnermostCause() {
        SSLHandshakeException handshake = new SSLHandshakeException("PKIX path validation failed");
        handshake.initCause(new CertificateExpiredException("NotAfter: Mon Jan 01 00:00:00 UTC 2024"));
        assertExplained(
                new SslAuthenticationException("SSL handshake failed", handshake),
                Kind.AUTHENTICATION,
                "The certificate of the broker, or of its authority, has expired (NotAfter: Mon Jan 01 00:00:00 UTC 2024). "
                        + "Renew it.");
        assertExplained(
                new SslAuthenticationException(
                        "SSL handshake failed", new SSLHandshakeException("Received fatal alert: bad_certificate")),
                Kind.AUTHENTICATION,
                "The broker requires a certificate of the client: Received fatal alert: bad_certificate. Set "
                        + "ssl.keystore.location, ssl.keystore.password and ssl.key.password.");
        assertExplained(
                new SslAuthenticationException(
                        "SSL handshake failed", new SSLHandshakeException("Received fatal alert: handshake_failure")),
                Kind.AUTHENTICATION,
                "TLS with the broker failed: Received fatal alert: handshake_failure. Check security.protocol, the port, and "
                        + "ssl.enabled.protocols and ssl.cipher.suites of both sides.");
    }

    @Test
    void loginsThatFailBeforeTheBrokerIsAskedAreConfiguration() {
        assertExplained(
                new KafkaException(
                        "Failed to create new KafkaAdminClient", new KafkaException(new LoginException("no ticket"))),
                Kind.CONFIGURATION,
                "sasl.jaas.config cannot be used for mechanism GSSAPI: no ticket. Write it as CLASS required NAME=\"VALUE\" …; "
                        + "with a semicolon at its end.");
    }

    @Test
    void missingClassesNameTheClassPath() {
        assertExplained(
                new KafkaException("Failed to create", new ClassNotFoundException("com.example.Reporter")),
                Kind.CONFIGURATION,
                "A property of Kafka's client names class com.example.Reporter, which is not on the class path. Check the name, "
                        + "and add its jar to the class path (--class-path of the commands).");
    }

    @Test
    void otherFailuresAreTheirInnermostCause() {
        assertExplained(
                new ExecutionException(new TimeoutException("Topic q not present in metadata after 60000 ms.")),
                Kind.UNREACHABLE,
                "Topic q not present in metadata after 60000 ms. Check that the cluster is running, and that its brokers can be "
                        + "reached from here by the addresses that they advertise (advertised.listeners).");
        assertExplained(
                new KafkaException("Could not list", new IllegalStateException()),
                Kind.OTHER,
                "IllegalStateException. Find the reason in the log of the client (TASKQUEUE_LIBRARY_LOG_LEVEL=WARN for the "
                        + "commands) and of the brokers.");
    }

    private static void assertExplained(Exception failure, Kind kind, String text) {
        KafkaFailure explained = KafkaFailure.of(failure, Map.of());

        assertThat(explained.text()).isEqualTo(text);
        assertThat(explained.kind()).isEqualTo(kind);
    }
}
