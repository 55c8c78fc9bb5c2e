package io.taskqueue.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.Javalin;
import io.javalin.http.HandlerType;
import io.taskqueue.console.api.ConsoleApi;
import io.taskqueue.console.api.ConsoleSettings;
import io.taskqueue.http.AccessControl;
import io.taskqueue.http.MetricsEndpoint;
import io.taskqueue.http.StreamClients;
import io.taskqueue.queue.Ticker;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server and openapi.yaml agree: paths, parameters, and every answer. */
@Timeout(60)
class RestApiMatchesItsDescriptionTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
    private static final ConsoleSettings WRITABLE =
            new ConsoleSettings(true, true, "1.0", "taskqueue.events", "localhost:9092", 100);

    private final OpenApiDocument document = new OpenApiDocument();
    private final FakeCluster cluster = FakeClusters.small(NOW);

    @AutoClose
    private final ConsoleServer server =
            ConsoleServer.builder(cluster, cluster).view(WRITABLE).start();

    private final ConsoleClient client = new ConsoleClient(server.port());

    @Test
    void pathsAndMethodsAreTheSame() {
        List<String> served = new ArrayList<>();
        var settings = new StreamClients.Settings("console", Duration.ofSeconds(1), 1, 1);
        try (ConsoleApi api = new ConsoleApi(
                cluster,
                cluster,
                WRITABLE,
                AccessControl.of("console", "127.0.0.1", null),
                new StreamClients(settings, Runnable::run),
                Ticker.system())) {
            Javalin javalin = Javalin.create(config -> {
                config.startup.showJavalinBanner = false;
                api.addTo(config.routes, MetricsEndpoint.of(null));
            });
            javalin.unsafe.internalRouter.allHttpHandlers().stream()
                    .map(handler -> handler.endpoint)
                    .filter(endpoint -> endpoint.path.startsWith("/api/"))
                    .filter(endpoint -> !endpoint.method.equals(HandlerType.HEAD))
                    .forEach(endpoint -> served.add(endpoint.method.name() + " " + endpoint.path));
        }

        assertThat(new TreeSet<>(served)).isEqualTo(document.operations());
    }

    @Test
    void queryParametersAreTheSame() {
        for (String operation : document.operations()) {
            if (operation.startsWith("POST")) {
                continue;
            }
            String path = operation.substring(operation.indexOf(' ') + 1);
            TreeSet<String> documented =
                    new TreeSet<>(document.queryParameters(operation).keySet());

            String refusal = ConsoleClient.error(client.get(path + "?frobnicate=1"));

            String allowed = refusal.replaceFirst(".*Allowed are (.*)\\.", "$1");
            assertThat(refusal).startsWith("400 There is no query parameter 'frobnicate' here.");
            assertThat(allowed.equals("none") ? new TreeSet<String>() : new TreeSet<>(List.of(allowed.split(", ", -1))))
                    .as(operation)
                    .isEqualTo(documented);
        }
    }

    @Test
    void allowedValuesAndBoundsOfParametersAreTheSame() {
        for (String operation : document.operations()) {
            if (operation.startsWith("POST")) {
                continue;
            }
            document.queryParameters(operation).forEach((name, parameter) -> {
                JsonNode schema = document.resolved(parameter.path("schema"));
                if (schema.has("enum")) {
                    schema.path("enum").forEach(value -> assertThat(status(operation, name, value.asText()))
                            .as(operation + " " + name + "=" + value)
                            .isEqualTo(200));
                    assertThat(status(operation, name, "other")).isEqualTo(400);
                }
                if (schema.has("maximum")) {
                    assertThat(status(operation, name, schema.path("maximum").asText()))
                            .isEqualTo(200);
                    assertThat(status(
                                    operation,
                                    name,
                                    "" + (schema.path("maximum").asLong() + 1)))
                            .isEqualTo(400);
                    assertThat(status(
                                    operation,
                                    name,
                                    "" + (schema.path("minimum").asLong() - 1)))
                            .isEqualTo(400);
                }
                if (schema.has("maxLength")) {
                    String longest = "9".repeat(schema.path("maxLength").asInt());
                    assertThat(status(operation, name, longest + "9"))
                            .as(operation + " " + name)
                            .isEqualTo(400);
                }
                if (parameter.path("required").booleanValue()) {
                    assertThat(client.get(example(operation, name, null)).statusCode())
                            .as(operation + " without " + name)
                            .isEqualTo(400);
                }
            });
        }
    }

    @Test
    void everyAnswerIsAsDescribed() {
        List<String> requested = new ArrayList<>();
        for (String operation : document.operations()) {
            if (operation.startsWith("POST") || operation.endsWith("/events")) {
                continue;
            }
            for (Map.Entry<String, String> variant : List.of(
                    Map.entry("", ""),
                    Map.entry("limit", "1"),
                    Map.entry("text", "nothing has this text"),
                    Map.entry("queue", FakeClusters.HOSTILE),
                    Map.entry("sort", "lag"))) {
                if (!variant.getKey().isEmpty()
                        && !document.queryParameters(operation).containsKey(variant.getKey())) {
                    continue;
                }
                String path = example(operation, variant.getKey(), variant.getValue());
                requested.add(path);
                assertDescribed(operation, client.get(path), 200);
                assertDescribed(operation, client.get(path + (path.contains("?") ? "&" : "?") + "x=1"), 400);
            }
        }
        assertThat(requested).hasSizeGreaterThan(document.operations().size());
    }

    @Test
    void decisionsAndRefusalsAreAsDescribed() {
        String operation = "POST /api/v1/parked";
        String redrive = "{\"sink\":\"billing\",\"action\":\"redrive\",\"dryRun\":true}";

        assertThat(document.errorsAs("ParkedRequest", redrive)).isEmpty();
        assertDescribed(operation, client.post("/api/v1/parked", redrive), 200);
        assertDescribed(operation, client.post("/api/v1/parked", "{\"sink\":\"billing\",\"action\":\"dance\"}"), 400);
        cluster.unavailable("no broker");
        assertDescribed(operation, client.post("/api/v1/parked", redrive), 503);
        assertDescribed("GET /api/v1/task", client.get("/api/v1/task?id=payments/7/42"), 503);
        assertDescribed("GET /api/v1/queue", client.get("/api/v1/queue?name=none"), 404);
    }

    @Test
    void streamedDataIsAsDescribed() throws Exception {
        try (var stream = client.stream(
                ConsoleClient.path("/api/v1/events", "queue", FakeClusters.HOSTILE), "Last-Event-ID", "0-1")) {
            assertThat(document.errorsAs("ViewTick", data(stream.next("view")))).isEmpty();
            assertThat(document.errorsAs("Reset", data(stream.next("reset")))).isEmpty();
            cluster.emit(FakeClusters.event(NOW, FakeClusters.HOSTILE, 7));
            assertThat(document.errorsAs("EventView", data(stream.next("change"))))
                    .isEmpty();
        }
    }

    @Test
    void descriptionRejectsAnAnswerWithoutAFieldOrWithAnother() {
        String view = client.get("/api/v1/view").body();

        assertThat(document.errors("GET /api/v1/view", 200, "application/json", view))
                .isEmpty();
        assertThat(document.errors(
                        "GET /api/v1/view", 200, "application/json", view.replace("\"allowWrites\":", "\"allow\":")))
                .hasSizeGreaterThanOrEqualTo(2);
    }

    private void assertDescribed(String operation, HttpResponse<String> response, int status) {
        String type =
                response.headers().firstValue("Content-Type").orElseThrow().replaceFirst(";.*", "");
        assertThat(response.statusCode())
                .as(operation + " " + response.uri() + response.body())
                .isEqualTo(status);
        if (type.equals("application/yaml")) {
            assertThat(response.body()).startsWith("openapi: 3.1.0");
            return;
        }
        Stream<String> bodies =
                type.equals("application/x-ndjson") ? response.body().lines() : Stream.of(response.body());
        bodies.forEach(body -> assertThat(document.errors(operation, status, type, body))
                .as(operation + " " + response.uri())
                .isEmpty());
    }

    private int status(String operation, String name, String value) {
        return operation.endsWith("/events")
                ? 200
                : client.get(example(operation, name, value)).statusCode();
    }

    /** A valid path of an operation, with this parameter changed, or omitted if the value is null. */
    private String example(String operation, String changed, @Nullable String value) {
        Map<String, String> required = Map.of(
                "name", operation.endsWith("/sink") ? "billing" : "payments",
                "sink", "billing",
                "queue", "payments",
                "id", "payments/7/42",
                "from", "earliest");
        List<Object> parameters = new ArrayList<>();
        document.queryParameters(operation).forEach((name, parameter) -> {
            if (parameter.path("required").booleanValue() && !name.equals(changed)) {
                parameters.add(name);
                parameters.add(required.get(name));
            }
        });
        if (value != null && !changed.isEmpty()) {
            parameters.add(changed);
            parameters.add(value);
        }
        String path = operation.substring(operation.indexOf(' ') + 1);
        return ConsoleClient.path(path, parameters.toArray());
    }

    private static String data(String event) {
        return event.lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring(6))
                .reduce("", String::concat);
    }
}
