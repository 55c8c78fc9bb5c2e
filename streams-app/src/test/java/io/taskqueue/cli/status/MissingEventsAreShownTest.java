package io.taskqueue.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.sink.SinkDiagnostics;
import io.taskqueue.diagnostics.DiagnosticsServer;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.streams.SinkService;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Retention overtakes a stopped sink: what an operator sees and does, with the commands. */
class MissingEventsAreShownTest {

    @TempDir
    Path directory;

    private String server = "";
    private TaskQueue<String> queue;
    private ReplicationSource<String> source;

    @Test
    void aSinkHaltsAtTheGapAndContinuesBehindItWhenItIsCleared() throws Exception {
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("broker"), 0);
                TaskQueue<String> orders = TaskQueue.<String>builder("orders").build();
                ReplicationSource<String> replicated = ReplicationSource.builder(
                                orders, PayloadCodec.json(String.class))
                        .kafka(Map.of("bootstrap.servers", broker.bootstrapServers()))
                        .partitions(1)
                        .start()) {
            server = broker.bootstrapServers();
            queue = orders;
            source = replicated;
            tasks(1); // offsets 0 to 3
            assertThat(sink().exitCode()).isZero();
            String epoch = source.epoch() + "/";
            tasks(2); // 4 to 9
            deleteRecords(10);
            tasks(1); // 10 to 12

            for (int start = 0; start < 2; start++) {
                CommandRun halted = sink("--on-gap", "halt");
                assertThat(halted.exitCode()).isEqualTo(1);
                assertThat(halted.err())
                        .contains("Sink billing stopped before event " + epoch
                                + "10 of queue orders at offset 10: 6 events are"
                                + " missing behind " + epoch
                                + "3; retention deleted records before the sink had read them. Find"
                                + " out what was lost, then start the sink with --clear-diverged=orders to continue behind it, or"
                                + " with --on-gap=continue (in code, clearDiverged, onGap(CONTINUE)).");
            }
            String text = status();
            assertThat(text)
                    .contains(
                            "Sink billing, diverged: events are missing. Compare the target with the source, then start the sink"
                                    + " with --clear-diverged.")
                    .contains("    orders: 6 events between " + epoch + "3 and " + epoch
                            + "10 (retention deleted records before the sink had read them), found ")
                    .contains("; the sink halts there")
                    .contains("Sink billing: the event topic has changed. --clear-diverged='*' removes these lines.")
                    .contains(
                            "    overtaken: partition 0 begins at offset 10, but the sink had read it only up to 4: 6 offsets"
                                    + " were deleted before the sink had read them, found ");
            JsonNode diverged = sinkStatus().get("diverged").get(0);
            assertThat(diverged.get("queue").asText()).isEqualTo("orders");
            assertThat(diverged.get("missing").asLong()).isEqualTo(6);
            assertThat(diverged.get("atMost").asLong()).isEqualTo(6);
            assertThat(diverged.get("halted").asBoolean()).isTrue();
            assertThat(diverged.get("place").get("cause").asText()).isEqualTo("retention");
            assertThat(diverged.get("place").get("found").asText()).isEqualTo(epoch + "10");
            JsonNode change = sinkStatus().get("logChanges").get(0);
            assertThat(change.get("change").asText()).isEqualTo("overtaken");
            assertThat(change.get("from").asLong()).isEqualTo(4);
            assertThat(change.get("to").asLong()).isEqualTo(10);

            JsonNode accepted =
                    sink("--on-gap", "halt", "--clear-diverged", "orders").json();
            assertThat(accepted.get("applied").asLong()).isEqualTo(3);
            assertThat(accepted.get("gaps").asLong()).isEqualTo(1);
            assertThat(accepted.get("missing").asLong()).isEqualTo(6);
            assertThat(sinkStatus().get("diverged")).isEmpty();
            assertThat(sinkStatus().get("logChanges"))
                    .as("that of the topic is cleared with all")
                    .hasSize(1);

            tasks(1); // 13 to 15
            deleteRecords(15);
            showsItInItsHealth();
            assertThat(status()).contains("    orders: 2 events between " + epoch + "12 and " + epoch + "15 (");
            assertThat(sink("--clear-diverged", "*").exitCode()).isZero();
            assertThat(sinkStatus().get("diverged")).isEmpty();
            assertThat(sinkStatus().get("logChanges")).isEmpty();
            assertThat(status()).doesNotContain("clear-diverged");
        }
    }

    private void showsItInItsHealth() throws Exception {
        try (SinkService service = SinkService.builder(
                        "billing", (event, effects) -> {}, PayloadCodec.json(Object.class))
                .kafka(Map.of("bootstrap.servers", server))
                .fingerprint("log")
                .stateDirectory(directory.resolve("state"))
                .start()) {
            DiagnosticsServer.Builder builder = DiagnosticsServer.builder().port(0);
            new SinkDiagnostics<>(service, PayloadCodec.json(Object.class)).showOn(builder);
            try (DiagnosticsServer diagnostics = builder.start()) {
                URI uri = URI.create("http://127.0.0.1:" + diagnostics.port() + "/health/ready");
                HttpClient client = HttpClient.newHttpClient();
                HttpRequest request = HttpRequest.newBuilder(uri).build();
                Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                    HttpResponse<String> ready = client.send(request, HttpResponse.BodyHandlers.ofString());
                    assertThat(ready.statusCode()).isEqualTo(200);
                    assertThat(ready.body())
                            .contains("events are missing: of queue orders 2 events between ")
                            .contains(
                                    "the event topic has changed: partition 0 begins at offset 15, but the sink had read it only"
                                            + " up to 13");
                });
            }
        }
    }

    private CommandRun sink(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "sink",
                "--bootstrap-server",
                server,
                "--name",
                "billing",
                "--sink",
                "log",
                "--until-idle",
                "500ms",
                "--state-dir",
                directory.resolve("state").toString(),
                "--output",
                "json"));
        arguments.addAll(List.of(more));
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    private String status() {
        return CommandRun.of("status", "--bootstrap-server", server).out();
    }

    private JsonNode sinkStatus() {
        return CommandRun.of("status", "--bootstrap-server", server, "--output", "json")
                .json()
                .get("sinks")
                .get(0);
    }

    private void tasks(int tasks) throws Exception {
        for (int task = 0; task < tasks; task++) {
            queue.enqueue("task " + task);
            queue.lease().complete();
        }
        source.replicated().get(30, TimeUnit.SECONDS);
    }

    private void deleteRecords(long before) throws Exception {
        TopicPartition partition = new TopicPartition("taskqueue.events", 0);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server))) {
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }
}
