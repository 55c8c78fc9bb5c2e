package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.streams.clients.KafkaMonitor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A sink that cannot use Kafka is not ready, with the reason, but live; it logs where that begins and where it ends. */
@Timeout(180)
class KafkaOutagesAreReportedTest {

    /** The documented bound. */
    private static final Duration NOTICED = Duration.ofSeconds(15);

    @TempDir
    private Path directory;

    @Test
    void brokerThatStopsAndRestarts() throws Exception {
        EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("kafka"), 0);
        Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
        AtomicInteger applied = new AtomicInteger();
        try (SinkLog log = new SinkLog(KafkaMonitor.class);
                var queue = TaskQueue.<String>builder("orders").build();
                var source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(kafka)
                        .start();
                SinkService sink = SinkService.builder(
                                "billing", (event, effects) -> applied.incrementAndGet(), PayloadCodec.utf8())
                        .kafka(kafka)
                        .stateDirectory(directory.resolve("state"))
                        .start()) {
            queue.enqueue("1");
            source.replicated().get(30, TimeUnit.SECONDS);
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> sink.ready() && applied.get() == 1);
            assertThat(sink.status().health().kafka()).isEmpty();

            broker.close();

            Awaitility.await()
                    .atMost(NOTICED)
                    .until(() -> !sink.ready() && sink.status().health().kafka().isPresent());
            String reason = sink.status().health().kafka().orElseThrow();
            assertThat(reason)
                    .matches("Kafka has not been usable since \\S+Z: no broker can be reached \\("
                            + broker.bootstrapServers() + ": Connection refused\\)");
            assertThat(sink.status().health().live()).isTrue();
            broker = EmbeddedKafka.start(directory.resolve("kafka"), broker.port());
            queue.enqueue("2");

            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> sink.ready() && applied.get() == 2);
            assertThat(log.lines()).hasSize(2);
            assertThat(log.lines().get(0))
                    .isEqualTo("WARN Sink billing cannot use Kafka since "
                            + reason.substring("Kafka has not been usable since ".length())
                            + ". Nothing is lost; it continues when it can, and effects that were not committed run again under"
                            + " their first key.");
            assertThat(log.lines().get(1)).matches("WARN Sink billing can use Kafka again, after \\d+s\\.");
        } finally {
            broker.close();
        }
    }

    @Test
    void permissionLostWhileRunning() throws Exception {
        Map<String, String> authorized = Map.of(
                "authorizer.class.name",
                "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "allow.everyone.if.no.acl.found",
                "true",
                "super.users",
                "User:admin");
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("kafka"), 0, authorized)) {
            Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            try (var queue = TaskQueue.<String>builder("orders").build();
                    var source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                            .kafka(kafka)
                            .closeTimeout(Duration.ZERO)
                            .start();
                    SinkService sink = SinkService.builder("billing", (event, effects) -> {}, PayloadCodec.utf8())
                            .kafka(kafka)
                            .stateDirectory(directory.resolve("state"))
                            .start();
                    Admin admin = Admin.create(kafka)) {
                queue.enqueue("1");
                source.replicated().get(30, TimeUnit.SECONDS);
                Awaitility.await().atMost(Duration.ofSeconds(60)).until(sink::ready);

                deny(admin, AclOperation.WRITE);
                queue.enqueue("2");
                Awaitility.await()
                        .atMost(NOTICED)
                        .until(() -> source.health().reason().isPresent());
                assertThat(source.health().reason().orElseThrow()).contains("uthoriz");
                assertThat(source.health().live()).isTrue();

                deny(admin, AclOperation.READ);
                Awaitility.await().atMost(NOTICED).until(() -> !sink.ready());
                Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                                sink.status().failure())
                        .hasValueSatisfying(failure -> assertThat(failure)
                                .startsWith("Sink billing stopped because Kafka denied it access. This user is not"
                                        + " permitted to use ") // topic NAME if a fetch finds it, a topic if a
                                // commit does
                                .contains("topic")
                                .endsWith(
                                        "Grant it the ACLs that docs/security.md lists. Then start the sink again.")));
                queue.stop("The test is over.");
            }
        }
    }

    private static void deny(Admin admin, AclOperation operation) throws Exception {
        admin.createAcls(List.of(new AclBinding(
                        new ResourcePattern(ResourceType.TOPIC, ReplicationSource.DEFAULT_TOPIC, PatternType.LITERAL),
                        new AccessControlEntry("User:ANONYMOUS", "*", operation, AclPermissionType.DENY))))
                .all()
                .get(30, TimeUnit.SECONDS);
    }
}
