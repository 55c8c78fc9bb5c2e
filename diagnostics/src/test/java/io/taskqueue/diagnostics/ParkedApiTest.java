package io.taskqueue.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.diagnostics.ParkedFeed.Action;
import io.taskqueue.diagnostics.ParkedFeed.Decision;
import java.io.IOException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ParkedApiTest {

    private static final String[] AS_JSON = {"Content-Type", "application/json"};

    private final RecordedFeed feed = new RecordedFeed();
    private @Nullable DiagnosticsServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void whatIsParkedIsShownByQueueAndTaskWithoutPayloads() {
        Browser browser = serve(DiagnosticsServer.builder());

        var all = browser.get("/api/parked");
        var one = browser.get("/api/parked?queue=a%20b&task=a%20b/1/2");

        assertThat(all.statusCode()).isEqualTo(200);
        assertThat(all.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(all.body()).isEqualTo("[\"null null hidden\"]");
        assertThat(one.body()).isEqualTo("[\"a b a b/1/2 hidden\"]");
    }

    @Test
    void payloadsAreShownWhereThatIsEnabled() {
        Browser browser = serve(DiagnosticsServer.builder().showPayloads(true));

        assertThat(browser.get("/api/parked").body()).isEqualTo("[\"null null shown\"]");
    }

    @Test
    void aDecisionIsHandedOnAndAccepted() {
        Browser browser = serve(DiagnosticsServer.builder());

        var redrive = browser.post("/api/parked", "{\"action\":\"redrive\",\"task\":\"orders/7/42\"}", AS_JSON);
        var discard = browser.post(
                "/api/parked",
                "{\"action\":\"discard\",\"queue\":\"orders\",\"task\":\"7/42\",\"by\":\"ann\",\"reason\":\"refunded\","
                        + "\"following\":true}",
                "Content-Type",
                "application/json; charset=utf-8");

        assertThat(redrive.statusCode()).isEqualTo(202);
        assertThat(redrive.body()).isEqualTo("{\"sent\":true}");
        assertThat(discard.statusCode()).isEqualTo(202);
        assertThat(feed.decisions)
                .containsExactly(
                        new Decision(Action.REDRIVE, null, "orders/7/42", "", "", false),
                        new Decision(Action.DISCARD, "orders", "7/42", "ann", "refunded", true));
    }

    @Test
    void aWebPagesFormDecidesNothing() {
        Browser browser = serve(DiagnosticsServer.builder());
        String body = "{\"action\":\"redrive\",\"task\":\"orders/7/42\"}";

        for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "application/jsonx")) {
            var refused = browser.post("/api/parked", body, "Content-Type", type);
            assertThat(refused.statusCode()).isEqualTo(415);
            assertThat(refused.body())
                    .isEqualTo(
                            "{\"error\":\"A decision is JSON, but the request's Content-Type is another. Send it with "
                                    + "Content-Type: application/json.\"}");
        }
        assertThat(browser.post("/api/parked", body).statusCode()).isEqualTo(415);
        assertThat(feed.decisions).isEmpty();
    }

    @Test
    void whatIsNoDecisionIsRefusedWithWhatIsWrong() {
        Browser browser = serve(DiagnosticsServer.builder());

        assertThat(refusal(browser, "[1]")).contains("A decision is one JSON object, but the body is none.");
        assertThat(refusal(browser, "{\"action\":")).contains("A decision is one JSON object, but the body is none.");
        assertThat(refusal(browser, "{\"action\":\"redrive\"}")).contains("A decision is about one task");
        assertThat(refusal(browser, "{\"action\":\"dance\",\"task\":\"1/2\"}"))
                .contains("A decision's action is redrive or discard, but here it is 'dance'.");
        assertThat(refusal(browser, "{\"action\":\"redrive\",\"task\":12}"))
                .contains("The field 'task' of a decision is text");
        assertThat(refusal(browser, "{\"action\":\"redrive\",\"task\":\"1/2\",\"follwing\":true}"))
                .contains("A decision has no field 'follwing'.");
        assertThat(refusal(browser, "{\"action\":\"redrive\",\"task\":\"1/2\",\"following\":\"yes\"}"))
                .contains("The field 'following' of a decision is true or false.");
        assertThat(refusal(browser, "{\"action\":\"discard\",\"task\":\"1/2\"}"))
                .contains("say who and why");
        assertThat(feed.decisions).isEmpty();
    }

    @Test
    void whatTheFeedCannotDoIsSaid() {
        Browser browser = serve(DiagnosticsServer.builder());

        var unknown = browser.post("/api/parked", "{\"action\":\"redrive\",\"task\":\"orders/1/1\"}", AS_JSON);
        var away = browser.get("/api/parked?queue=away");

        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).isEqualTo("{\"error\":\"orders/1/1 is not parked\"}");
        assertThat(away.statusCode()).isEqualTo(503);
        assertThat(away.body()).isEqualTo("{\"error\":\"Kafka is away\"}");
    }

    @Test
    void itIsGuardedLikeTheRest() throws IOException {
        Browser named = serve(DiagnosticsServer.builder());
        assertThat(named.raw("POST /api/parked HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n"
                        + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"))
                .contains(" 421 ");
        stop();
        Browser tokened = serve(DiagnosticsServer.builder().token("s3cret"));

        assertThat(tokened.get("/api/parked").statusCode()).isEqualTo(401);
        assertThat(tokened.post("/api/parked", "{\"action\":\"redrive\",\"task\":\"orders/7/42\"}", AS_JSON)
                        .statusCode())
                .isEqualTo(401);
        assertThat(feed.decisions).isEmpty();
        assertThat(tokened.get("/api/parked", "Authorization", "Bearer s3cret").statusCode())
                .isEqualTo(200);
    }

    @Test
    void anotherMethodOrTooMuchIsRefused() throws IOException {
        Browser browser = serve(DiagnosticsServer.builder());

        assertThat(
                        browser.raw(
                                "PUT /api/parked HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
                .contains(" 405 ")
                .contains("This is not done here: use GET or POST.");
        assertThat(browser.post("/api/parked", "{\"by\":\"" + "x".repeat(100_000) + "\"}", AS_JSON)
                        .statusCode())
                .isEqualTo(413);
    }

    @Test
    void aProcessThatParksNothingSaysSo() {
        server = DiagnosticsServer.builder().start();
        Browser browser = new Browser(server);

        assertThat(browser.get("/api/parked").statusCode()).isEqualTo(404);
        assertThat(browser.post("/api/parked", "{\"action\":\"redrive\",\"task\":\"1/2\"}", AS_JSON)
                        .body())
                .isEqualTo("{\"error\":\"This process was started without parked events to show.\"}");
    }

    @Test
    void aNoteIsToldByReadinessAndFailsNothing() {
        Browser browser = serve(DiagnosticsServer.builder()
                .token("s3cret")
                .ready("target", Optional::empty)
                .note("nothing", Optional::empty)
                .note("parked", () -> Optional.of("3 events of 1 task are parked")));

        var known = browser.get("/health/ready", "Authorization", "Bearer s3cret");

        assertThat(known.statusCode()).isEqualTo(200);
        assertThat(known.body())
                .isEqualTo("{\"status\":\"ready\",\"notes\":{\"parked\":\"3 events of 1 task are parked\"}}");
        assertThat(browser.get("/health/ready").body()).isEqualTo("{\"status\":\"ready\"}");
    }

    private static String refusal(Browser browser, String body) {
        var answer = browser.post("/api/parked", body, AS_JSON);
        assertThat(answer.statusCode()).as(body).isEqualTo(400);
        return answer.body();
    }

    private Browser serve(DiagnosticsServer.Builder builder) {
        server = builder.parked(feed).start();
        return new Browser(server);
    }

    /** Answers with what it was asked, and remembers what was decided. */
    private static final class RecordedFeed implements ParkedFeed {

        private final List<Decision> decisions = new CopyOnWriteArrayList<>();

        @Override
        public String parked(@Nullable String queue, @Nullable String task, boolean payloads) {
            if ("away".equals(queue)) {
                throw new IllegalStateException("Kafka is away");
            }
            return "[\"" + queue + " " + task + (payloads ? " shown" : " hidden") + "\"]";
        }

        @Override
        public String decide(Decision decision) {
            if (decision.task().equals("orders/1/1")) {
                throw new NoSuchElementException("orders/1/1 is not parked");
            }
            if (decision.action() == Action.DISCARD && decision.reason().isEmpty()) {
                throw new IllegalArgumentException("say who and why");
            }
            decisions.add(decision);
            return "{\"sent\":true}";
        }
    }
}
