package io.taskqueue.cli.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskqueue.cli.shared.DiagnosticsOptions;
import io.taskqueue.cli.shared.ThreadFailures;
import io.taskqueue.diagnostics.DiagnosticsServer;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FencedDispatcherIsNotReadyTest {

    private static final String QUEUE = "taken";

    @Test
    void healthAndMetricsReportTheTakeOverThatNobodyAskedFor(@TempDir Path directory) throws Exception {
        var meters = DiagnosticsOptions.newMeterRegistry();
        var settings = new Dispatcher.Settings(
                QUEUE, new WorkerBehavior(1, Duration.ofMillis(1), 0), Duration.ofSeconds(30), source -> {});
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory, 0);
                ThreadFailures failures = ThreadFailures.listen();
                Dispatcher dispatcher = Dispatcher.start(
                        settings,
                        Map.of("bootstrap.servers", broker.bootstrapServers()),
                        meters,
                        new SplittableRandom(1),
                        failures)) {
            var diagnostics = DiagnosticsServer.builder().port(0).registry(meters);
            dispatcher.showOn(diagnostics);
            try (DiagnosticsServer server = diagnostics.start();
                    var queue = TaskQueue.<String>builder(QUEUE).build()) {
                assertThat(get(server, "/health/ready").statusCode()).isEqualTo(200);
                assertThat(get(server, "/metrics").body())
                        .contains("taskqueue_replication_fenced_sources{queue=\"" + QUEUE + "\"} 0.0");
                var source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(Map.of("bootstrap.servers", broker.bootstrapServers()))
                        .sourcePeer("peer-b")
                        .start();

                await().until(() -> get(server, "/health/ready").statusCode() == 503);
                assertThat(get(server, "/health/ready").body())
                        .contains("the source is FENCED since ")
                        .contains(": The source of queue " + QUEUE + " at epoch ")
                        .contains(" is fenced: peer peer-b claimed the queue at ")
                        .contains(" with epoch " + source.epoch() + " (instance " + source.instanceId()
                                + "). Its tasks belong to that peer now; send new work to it.");
                assertThat(get(server, "/health/live").statusCode()).isEqualTo(503);
                assertThat(get(server, "/metrics").body())
                        .contains("taskqueue_replication_fenced_sources{queue=\"" + QUEUE + "\"} 1.0");
                source.close();
            }
        }
    }

    private static HttpResponse<String> get(DiagnosticsServer server, String path)
            throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
