package io.taskqueue.cli.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskqueue.cli.CommandRun;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two payload types on one topic: a sink of one of them does not look well while it decodes nothing of the other. */
class PayloadsOfAnotherTypeAreShownTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    record Order(String id, String customer) {}

    record Invoice(String number, long cents) {}

    @TempDir
    Path directory;

    @Test
    void readinessAndStatusCountThemUntilTheSinkNamesItsQueues() throws Exception {
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("broker"), 0)) {
            Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            publish(kafka, "orders", Order.class, new Order("o-1", "c-1"));
            publish(kafka, "invoices", Invoice.class, new Invoice("i-1", 100));

            try (SinkService every = SinkService.builder(
                            "every", (event, effects) -> {}, PayloadCodec.json(Order.class))
                    .kafka(kafka)
                    .stateDirectory(directory.resolve("every"))
                    .start()) {
                Awaitility.await().atMost(TIMEOUT).until(() -> every.status().undecodable() == 3);
                DiagnosticsServer.Builder builder = DiagnosticsServer.builder().port(0);
                new SinkDiagnostics<>(every, PayloadCodec.json(Order.class)).showOn(builder);
                try (DiagnosticsServer server = builder.start()) {
                    assertThat(ready(server))
                            .contains("undecodable")
                            .contains(
                                    "Since the start, records that cannot be decoded were moved to the dead-letter topic:"
                                            + " 3, and events were applied: 3. Check that the sink reads the payloads that the"
                                            + " source writes, and name the queues that it is for with --queue (in code,"
                                            + " queues(...)).");
                }
            }
            assertThat(status(broker, "every").get("undecodable").asLong()).isEqualTo(3);
            assertThat(CommandRun.of("status", "--bootstrap-server", broker.bootstrapServers())
                            .out())
                    .contains("undecodable");

            List<Order> applied = new CopyOnWriteArrayList<>();
            try (SinkService some = SinkService.builder(
                            "some", (event, effects) -> applied.add(event.payload()), PayloadCodec.json(Order.class))
                    .kafka(kafka)
                    .queues("orders")
                    .stateDirectory(directory.resolve("some"))
                    .start()) {
                Awaitility.await()
                        .atMost(TIMEOUT)
                        .until(() -> status(broker, "some").get("events").asLong() == 0);
                assertThat(some.status().undecodable()).isZero();
            }
            assertThat(applied).hasSize(3).containsOnly(new Order("o-1", "c-1"));
            assertThat(status(broker, "some").get("undecodable").asLong()).isZero();
        }
    }

    private static <T> void publish(Map<String, Object> kafka, String name, Class<T> type, T payload) throws Exception {
        try (TaskQueue<T> queue = TaskQueue.<T>builder(name).build();
                ReplicationSource<T> source = ReplicationSource.builder(queue, PayloadCodec.json(type))
                        .kafka(kafka)
                        .partitions(1)
                        .start()) {
            queue.enqueue(payload);
            source.replicated().get(30, TimeUnit.SECONDS);
            queue.lease().complete();
        }
    }

    private static JsonNode status(EmbeddedKafka broker, String sink) {
        JsonNode all = CommandRun.of("status", "--bootstrap-server", broker.bootstrapServers(), "--output", "json")
                .json();
        for (JsonNode one : all.get("sinks")) {
            if (one.get("name").asText().equals(sink)) {
                return one;
            }
        }
        return new ObjectMapper().createObjectNode().put("events", -1);
    }

    private static String ready(DiagnosticsServer server) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + server.port() + "/health/ready");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
