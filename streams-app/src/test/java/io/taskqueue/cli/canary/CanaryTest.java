package io.taskqueue.cli.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.cli.ChildJvm;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.SecuredKafka;
import io.taskqueue.cli.TaskQueueCommand;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.DiagnosticsOptions;
import io.taskqueue.cli.shared.ThreadFailures;
import io.taskqueue.diagnostics.DiagnosticsServer;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.metrics.CanaryMeters;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.queue.Ticker;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.recovery.QueueRecovery;
import io.taskqueue.source.recovery.Recovery;
import io.taskqueue.streams.admin.SinkInstances;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A canary on a real broker: probes arrive, an outage is noticed and ends, and nothing is left behind. */
class CanaryTest {

    private static final String QUEUE = "taskqueue-canary";

    @TempDir
    Path directory;

    private final MeterRegistry meters = DiagnosticsOptions.newMeterRegistry();

    @Test
    void anOutageOfKafkaMakesProbesOverdueUntilTheyArrive() throws Exception {
        int port = SecuredKafka.freePort();
        EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("broker"), port);
        try (ThreadFailures failures = ThreadFailures.listen();
                Canary canary = start(broker, failures);
                DiagnosticsServer server = serve(canary)) {
            assertThat(ready(server)).contains("no probe has ended yet");
            patiently().until(canary::begins);
            patiently().until(() -> {
                canary.probe();
                return canary.probes().counts().done() > 2;
            });
            patiently().untilAsserted(() -> assertThat(ready(server)).isEqualTo("{\"status\":\"ready\"}"));
            for (String timer :
                    new String[] {CanaryMeters.DURABLE, CanaryMeters.LEASED, CanaryMeters.COMPLETED, CanaryMeters.EFFECT
                    }) {
                assertThat(meters.get(timer).tag("queue", QUEUE).timer().count())
                        .isGreaterThan(2);
            }
            EmbeddedKafka reported = broker;
            patiently().untilAsserted(() -> assertThat(SinkInstances.read(kafka(reported), "canary"))
                    .singleElement()
                    .satisfies(instance -> assertThat(instance.latencies().get("effect"))
                            .isNotNull()
                            .satisfies(effect -> assertThat(effect.counts().stream()
                                            .mapToLong(Long::longValue)
                                            .sum())
                                    .isGreaterThan(2))));

            broker.close();
            canary.probe();
            patiently().untilAsserted(() -> {
                canary.probes().check();
                assertThat(ready(server))
                        .contains("overdue: the oldest was enqueued ", "Kafka has not confirmed its task");
            });
            canary.requireRunning();

            broker = EmbeddedKafka.start(directory.resolve("broker"), port);
            patiently().untilAsserted(() -> {
                canary.probes().check();
                assertThat(canary.probes().counts().outstanding()).isZero();
                assertThat(ready(server)).isEqualTo("{\"status\":\"ready\"}");
            });
            assertThat(meters.get(CanaryMeters.OVERDUE)
                            .tag("stage", "durable")
                            .counter()
                            .count())
                    .isPositive();

            try (ReplicationSource<String> other = source(broker)) {
                patiently().untilAsserted(() -> assertThatThrownBy(canary::requireRunning)
                        .isInstanceOf(CommandFailedException.class)
                        .hasMessageStartingWith("The source of queue " + QUEUE + " at epoch ")
                        .hasMessageContaining(" is fenced: peer other claimed the queue at "));
                assertThat(other.health().live()).isTrue();
            }
        } finally {
            broker.close();
        }
    }

    @Test
    void theNextCanaryTakesOverWhatIsLeftAndEndsInOrder() throws Exception {
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("broker"), 0)) {
            try (ReplicationSource<String> killed = source(broker)) {
                killed.queue().enqueue("of an earlier canary");
                assertThat(killed.handOver(Duration.ZERO).tasks()).isEqualTo(1);
            }
            try (ChildJvm canary = ChildJvm.start(
                    directory.resolve("out"),
                    TaskQueueCommand.class,
                    "canary",
                    "--bootstrap-server",
                    broker.bootstrapServers(),
                    "--interval",
                    "100ms",
                    "--state-dir",
                    directory.resolve("state").toString())) {
                canary.awaitOutput("Canary: a task each 100ms from queue taskqueue-canary to sink canary."
                        + " Press Ctrl-C to stop it.");
                patiently().untilAsserted(() -> assertThat(CommandRun.of(
                                        "results", "--bootstrap-server", broker.bootstrapServers(), "--name", "canary")
                                .out())
                        .containsPattern("Sink canary: ([5-9]|\\d\\d+) effects recorded"));

                canary.terminate();

                assertThat(canary.awaitEnd()).isEqualTo(143);
                assertThat(canary.output())
                        .containsPattern(
                                "Canary of queue taskqueue-canary: \\d+ probes done, 0 failed, 0 skipped; \\d+ were"
                                        + " overdue; \\d had not ended\\.")
                        .doesNotContain("Exception", "have not been acknowledged");
            }
            assertThat(QueueRecovery.read(
                                    kafka(broker),
                                    ReplicationSource.DEFAULT_REGISTRY_TOPIC,
                                    QUEUE,
                                    PayloadCodec.utf8(),
                                    Recovery.standard())
                            .tasks())
                    .noneMatch(task -> task.task().payload().equals("of an earlier canary"));
        }
    }

    private Canary start(EmbeddedKafka broker, ThreadFailures failures) throws InterruptedException {
        var settings = new Canary.Settings(
                QUEUE,
                "canary",
                Duration.ofSeconds(3),
                source -> source.partitions(1),
                sink -> sink.stateDirectory(directory.resolve("state")));
        return Canary.start(settings, kafka(broker), meters, Ticker.system(), failures);
    }

    private DiagnosticsServer serve(Canary canary) {
        DiagnosticsServer.Builder builder = DiagnosticsServer.builder().port(0).registry(meters);
        canary.showOn(builder);
        return builder.start();
    }

    private static ReplicationSource<String> source(EmbeddedKafka broker) throws InterruptedException {
        return ReplicationSource.builder(TaskQueue.<String>builder(QUEUE).build(), PayloadCodec.utf8())
                .kafka(kafka(broker))
                .sourcePeer("other")
                .partitions(1)
                .start();
    }

    private static Map<String, Object> kafka(EmbeddedKafka broker) {
        return Map.of("bootstrap.servers", broker.bootstrapServers());
    }

    private static String ready(DiagnosticsServer server) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + server.port() + "/health/ready");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofSeconds(90));
    }
}
