package io.taskqueue.cli.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.cli.shared.DiagnosticsOptions;
import io.taskqueue.diagnostics.DiagnosticsServer;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.status.SinkState;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readiness, metrics and the stream's snapshot while a sink waits for an unavailable target. */
class WaitingSinksAreNotReadyTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    @Test
    void healthMetricsAndTheSnapshotReportItUntilTheTargetIsAvailable() throws Exception {
        AtomicBoolean unavailable = new AtomicBoolean(true);
        MeterRegistry meters = DiagnosticsOptions.newMeterRegistry();
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("broker"), 0)) {
            Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            try (TaskQueue<String> queue = TaskQueue.<String>builder("orders").build();
                    ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                            .kafka(kafka)
                            .sourcePeer("test")
                            .partitions(1)
                            .start();
                    SinkService service = SinkService.builder(
                                    "waiting",
                                    (event, effects) -> effects.run("call", key -> {
                                        if (unavailable.get()) {
                                            throw new IOException("the target is unavailable");
                                        }
                                    }),
                                    PayloadCodec.utf8())
                            .kafka(kafka)
                            .stateDirectory(directory.resolve("state"))
                            .metrics(meters)
                            .retry(new RetryPolicy(5, Duration.ofMillis(200), Duration.ofMillis(200), 0))
                            .breaker(new BreakerPolicy(5, 5, Duration.ofMillis(500), Duration.ofSeconds(1)))
                            .start()) {
                DiagnosticsServer.Builder builder =
                        DiagnosticsServer.builder().port(0).registry(meters);
                new SinkDiagnostics<>(service, PayloadCodec.utf8()).showOn(builder);
                try (DiagnosticsServer server = builder.start()) {
                    for (int task = 0; task < 5; task++) {
                        queue.enqueue("task " + task);
                    }
                    source.replicated().get(30, TimeUnit.SECONDS);
                    Awaitility.await()
                            .atMost(TIMEOUT)
                            .until(() -> service.status().state() == SinkState.RUNNING
                                    && service.status().waiting().isPresent());
                    HttpResponse<String> ready = get(server, "/health/ready");
                    assertThat(ready.statusCode()).isEqualTo(503);
                    JsonNode failing = new ObjectMapper().readTree(ready.body()).get("failing");
                    assertThat(failing).hasSize(1);
                    assertThat(failing.get(0).get("check").asText()).isEqualTo("target");
                    assertThat(failing.get(0).get("reason").asText())
                            .startsWith("Sink waiting has waited for its target since ")
                            .contains("The last failure was java.io.IOException: the target is unavailable.");
                    assertThat(get(server, "/health/live").statusCode()).isEqualTo(200);
                    assertThat(get(server, "/metrics").body())
                            .containsPattern("taskqueue_replication_breaker\\{[^}]*sink=\"waiting\"[^}]*} 1.0");
                    JsonNode snapshot =
                            new ObjectMapper().readTree(new SinkDiagnostics<>(service, PayloadCodec.utf8()).snapshot());
                    assertThat(snapshot.get("waiting").asText())
                            .startsWith("Sink waiting has waited for its target since ");
                    assertThat(snapshot.at("/queues/0/inFlight").asInt()).isEqualTo(5);
                    assertThat(snapshot.at("/queues/0/lag").asInt()).isEqualTo(5);

                    unavailable.set(false);
                    Awaitility.await()
                            .atMost(TIMEOUT)
                            .until(() -> get(server, "/health/ready").statusCode() == 200);
                    assertThat(get(server, "/metrics").body())
                            .containsPattern("taskqueue_replication_breaker\\{[^}]*sink=\"waiting\"[^}]*} 0.0");
                    assertThat(new SinkDiagnostics<>(service, PayloadCodec.utf8()).snapshot())
                            .doesNotContain("\"waiting\":\"");
                }
            }
        }
    }

    private static HttpResponse<String> get(DiagnosticsServer server, String path)
            throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
        return CLIENT.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
