package io.taskqueue.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.diagnostics.ParkedTaskOperations.Action;
import io.taskqueue.diagnostics.ParkedTaskOperations.Decision;
import java.io.IOException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ParkedTasksEndpointTest {

    private static final String[] AS_JSON = {"Content-Type", "application/json"};

    private final RecordingOperations operations = new RecordingOperations();

    @AutoClose
    private DiagnosticsServer server;

    @Test
    void parkedTasksAreListedByQueueAndTaskWithoutPayloads() {
        HttpTestClient client = serve(DiagnosticsServer.builder());

        var all = client.get("/api/parked");
        var one = client.get("/api/parked?queue=a%20b&task=a%20b/1/2");

        assertThat(all.statusCode()).isEqualTo(200);
        assertThat(all.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(all.body()).isEqualTo("[\"null null hidden\"]");
        assertThat(one.body()).isEqualTo("[\"a b a b/1/2 hidden\"]");
    }

    @Test
    void payloadsAreIncludedIfEnabled() {
        HttpTestClient client = serve(DiagnosticsServer.builder().showPayloads(true));

        assertThat(client.get("/api/parked").body()).isEqualTo("[\"null null shown\"]");
    }

    @Test
    void decisionIsSentAndAccepted() {
        HttpTestClient client = serve(DiagnosticsServer.builder());

        var redrive = client.post("/api/parked", "{\"action\":\"redrive\",\"task\":\"orders/7/42\"}", AS_JSON);
        var discard = client.post(
                "/api/parked",
                "{\"action\":\"discard\",\"queue\":\"orders\",\"task\":\"7/42\",\"by\":\"ann\",\"reason\":\"refunded\","
                        + "\"following\":true}",
                "Content-Type",
                "application/json; charset=utf-8");

        assertThat(redrive.statusCode()).isEqualTo(202);
        assertThat(redrive.body()).isEqualTo("{\"sent\":true}");
        assertThat(discard.statusCode()).isEqualTo(202);
        assertThat(operations.decisions)
                .containsExactly(
                        new Decision(Action.REDRIVE, null, "orders/7/42", "", "", false),
                        new Decision(Action.DISCARD, "orders", "7/42", "ann", "refunded", true));
    }

    @Test
    void formOfAWebPageIsRefused() {
        HttpTestClient client = serve(DiagnosticsServer.builder());
        String body = "{\"action\":\"redrive\",\"task\":\"orders/7/42\"}";

        for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "application/jsonx")) {
            var refused = client.post("/api/parked", body, "Content-Type", type);
            assertThat(refused.statusCode()).isEqualTo(415);
            assertThat(refused.body())
                    .isEqualTo(
                            "{\"error\":\"A decision must be JSON, but the Content-Type of the request is a different one. Send it with "
                                    + "Content-Type: application/json.\"}");
        }
        assertThat(client.post("/api/parked", body).statusCode()).isEqualTo(415);
        assertThat(operations.decisions).isEmpty();
    }

    @Test
    void invalidDecisionIsRefusedWithTheReason() {
        HttpTestClient client = serve(DiagnosticsServer.builder());

        assertThat(refusal(client, "[1]")).contains("A decision must be one JSON object, but the body is not.");
        assertThat(refusal(client, "{\"action\":"))
                .contains("A decision must be one JSON object, but the body is not.");
        assertThat(refusal(client, "{\"action\":\"redrive\"}")).contains("A decision is about one task");
        assertThat(refusal(client, "{\"action\":\"dance\",\"task\":\"1/2\"}"))
                .contains("The action of a decision must be redrive or discard, but it is 'dance'.");
        assertThat(refusal(client, "{\"action\":\"redrive\",\"task\":12}"))
                .contains("The field 'task' of a decision must be text");
        assertThat(refusal(client, "{\"action\":\"redrive\",\"task\":\"1/2\",\"follwing\":true}"))
                .contains("A decision has no field 'follwing'.");
        assertThat(refusal(client, "{\"action\":\"redrive\",\"task\":\"1/2\",\"following\":\"yes\"}"))
                .contains("The field 'following' of a decision must be true or false.");
        assertThat(refusal(client, "{\"action\":\"discard\",\"task\":\"1/2\"}")).contains("who and why are required");
        assertThat(operations.decisions).isEmpty();
    }

    @Test
    void failureOfTheOperationsIsReported() {
        HttpTestClient client = serve(DiagnosticsServer.builder());

        var unknown = client.post("/api/parked", "{\"action\":\"redrive\",\"task\":\"orders/1/1\"}", AS_JSON);
        var unavailable = client.get("/api/parked?queue=unavailable");

        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).isEqualTo("{\"error\":\"orders/1/1 is not parked\"}");
        assertThat(unavailable.statusCode()).isEqualTo(503);
        assertThat(unavailable.body()).isEqualTo("{\"error\":\"Kafka does not answer\"}");
    }

    @Test
    void accessIsControlledAsOnOtherPaths() throws IOException {
        HttpTestClient withoutToken = serve(DiagnosticsServer.builder());
        assertThat(withoutToken.raw("POST /api/parked HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n"
                        + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"))
                .contains(" 421 ");
        server.close();
        HttpTestClient withToken = serve(DiagnosticsServer.builder().token("s3cret"));

        assertThat(withToken.get("/api/parked").statusCode()).isEqualTo(401);
        assertThat(withToken
                        .post("/api/parked", "{\"action\":\"redrive\",\"task\":\"orders/7/42\"}", AS_JSON)
                        .statusCode())
                .isEqualTo(401);
        assertThat(operations.decisions).isEmpty();
        assertThat(withToken
                        .get("/api/parked", "Authorization", "Bearer s3cret")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void otherMethodsAndLargeBodiesAreRefused() throws IOException {
        HttpTestClient client = serve(DiagnosticsServer.builder());

        assertThat(
                        client.raw(
                                "PUT /api/parked HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
                .contains(" 405 ")
                .contains("This path supports GET, HEAD and POST only.");
        assertThat(client.post("/api/parked", "{\"by\":\"" + "x".repeat(100_000) + "\"}", AS_JSON)
                        .statusCode())
                .isEqualTo(413);
    }

    @Test
    void processWithoutParkedTasksRespondsNotFound() {
        server = DiagnosticsServer.builder().start();
        HttpTestClient client = new HttpTestClient(server);

        assertThat(client.get("/api/parked").statusCode()).isEqualTo(404);
        assertThat(client.post("/api/parked", "{\"action\":\"redrive\",\"task\":\"1/2\"}", AS_JSON)
                        .body())
                .isEqualTo("{\"error\":\"This process was started without access to parked tasks.\"}");
    }

    @Test
    void noteIsListedByReadinessAndFailsNothing() {
        HttpTestClient client = serve(DiagnosticsServer.builder()
                .token("s3cret")
                .ready("target", Optional::empty)
                .note("nothing", Optional::empty)
                .note("parked", () -> Optional.of("3 events of 1 task are parked")));

        var known = client.get("/health/ready", "Authorization", "Bearer s3cret");

        assertThat(known.statusCode()).isEqualTo(200);
        assertThat(known.body())
                .isEqualTo("{\"status\":\"ready\",\"notes\":{\"parked\":\"3 events of 1 task are parked\"}}");
        assertThat(client.get("/health/ready").body()).isEqualTo("{\"status\":\"ready\"}");
    }

    private static String refusal(HttpTestClient client, String body) {
        var response = client.post("/api/parked", body, AS_JSON);
        assertThat(response.statusCode()).as(body).isEqualTo(400);
        return response.body();
    }

    private HttpTestClient serve(DiagnosticsServer.Builder builder) {
        server = builder.parked(operations).start();
        return new HttpTestClient(server);
    }

    /** Returns what it was asked for, and records the decisions. */
    private static final class RecordingOperations implements ParkedTaskOperations {

        private final List<Decision> decisions = new CopyOnWriteArrayList<>();

        @Override
        public String list(@Nullable String queue, @Nullable String task, boolean payloads) {
            if ("unavailable".equals(queue)) {
                throw new IllegalStateException("Kafka does not answer");
            }
            return "[\"" + queue + " " + task + (payloads ? " shown" : " hidden") + "\"]";
        }

        @Override
        public String decide(Decision decision) {
            if (decision.task().equals("orders/1/1")) {
                throw new NoSuchElementException("orders/1/1 is not parked");
            }
            if (decision.action() == Action.DISCARD && decision.reason().isEmpty()) {
                throw new IllegalArgumentException("who and why are required");
            }
            decisions.add(decision);
            return "{\"sent\":true}";
        }
    }
}
