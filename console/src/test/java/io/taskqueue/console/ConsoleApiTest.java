package io.taskqueue.console;

import static io.taskqueue.console.ConsoleClient.error;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.taskqueue.console.api.ConsoleSettings;
import io.taskqueue.console.model.ParkedDecision;
import io.taskqueue.console.model.ViewProgress;
import io.taskqueue.metrics.ConsoleMeters;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** What the REST API answers, filtered, sorted and in parts on the server; and what it refuses. */
@Timeout(60)
class ConsoleApiTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");

    @AutoClose
    private ConsoleServer server;

    private FakeCluster cluster;

    private ConsoleClient serve(FakeCluster shown, boolean allowWrites, boolean showPayloads) {
        cluster = shown;
        server = ConsoleServer.builder(cluster, cluster)
                .view(new ConsoleSettings(allowWrites, showPayloads, "1.0", "taskqueue.events", "localhost:9092", 100))
                .start();
        return new ConsoleClient(server.port());
    }

    private ConsoleClient small() {
        return serve(FakeClusters.small(NOW), false, false);
    }

    @Test
    void everyAnswerStatesHowCurrentItIs() {
        ConsoleClient client = small();
        cluster.put(new ViewProgress(ViewProgress.State.CATCHING_UP, null, 1_200, 0.4, null));

        JsonNode answer = ConsoleClient.json(client.get("/api/v1/queues").body());

        assertThat(answer.path("asOf").isNull()).isTrue();
        assertThat(answer.path("behind").longValue()).isEqualTo(1_200);
        assertThat(client.data("view").path("queues").path("state").textValue()).isEqualTo("CATCHING_UP");
    }

    @Test
    void metersAreServedIfTheConsoleHasAny() {
        assertThat(ConsoleClient.error(small().get("/metrics")))
                .isEqualTo("404 This process was started without meters.");
        server.close();
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new ConsoleMeters(registry, "console").current("queues", this, subject -> 1);
        server = ConsoleServer.builder(cluster, cluster).registry(registry).start();

        assertThat(new ConsoleClient(server.port()).get("/metrics").body())
                .contains("taskqueue_console_current{console=\"console\",index=\"queues\"} 1.0");
    }

    @Test
    void tenThousandQueuesAreListedInParts() {
        ConsoleClient client = serve(FakeClusters.large(NOW, 10_000), false, false);
        List<String> names = new ArrayList<>();
        JsonNode part = client.data("queues", "limit", 1_000);
        while (true) {
            part.path("items").forEach(row -> names.add(row.at("/queue/name").textValue()));
            assertThat(part.path("total").longValue()).isEqualTo(10_000);
            if (part.path("next").isNull()) {
                break;
            }
            part = client.data(
                    "queues", "limit", 1_000, "after", part.path("next").textValue());
        }

        assertThat(names).hasSize(10_000).doesNotHaveDuplicates().isSorted();
        assertThat(part.at("/totals/queues").intValue()).isEqualTo(10_000);
    }

    @Test
    void queuesAreSortedByWhatIsAskedFor() {
        ConsoleClient client = serve(FakeClusters.large(NOW, 1_000), false, false);

        assertThat(first(client, "sort", "name", "order", "desc")).isEqualTo("queue-00999");
        assertThat(first(client, "sort", "lag", "order", "desc")).isEqualTo("queue-00990");
        assertThat(first(client, "sort", "eta", "order", "desc")).isEqualTo("queue-00990");
        assertThat(first(client, "sort", "depth", "order", "desc")).isEqualTo("queue-00499");
        assertThat(first(client, "sort", "rate", "order", "desc")).isEqualTo("queue-00006");
        assertThat(first(client, "sort", "oldest", "order", "desc")).isEqualTo("queue-00499");
    }

    private static String first(ConsoleClient client, Object... parameters) {
        return client.data("queues", parameters).at("/items/0/queue/name").textValue();
    }

    @Test
    void queuesAreFilteredByNameOwnerAndBadge() {
        ConsoleClient client = small();

        assertThat(names(client.data("queues", "text", "pay"))).containsExactly("payments");
        assertThat(names(client.data("queues", "text", "dispatcher-1@orders"))).containsExactly("orders");
        assertThat(names(client.data("queues", "badge", "PARKED"))).containsExactly(FakeClusters.HOSTILE);
        assertThat(client.data("queues").at("/totals/badges/BREAKER_OPEN").intValue())
                .isEqualTo(1);
    }

    private static List<String> names(JsonNode list) {
        return list.path("items").findValuesAsText("name");
    }

    @Test
    void worstSinkOfAQueueIsTheOneWithTheGreatestLag() {
        JsonNode queue = small().data("queue", "name", "payments");

        assertThat(queue.at("/worst/sink").textValue()).isEqualTo("billing");
        assertThat(queue.path("positions")).hasSize(2);
        assertThat(queue.path("spark")).hasSize(60);
    }

    @Test
    void namesMayBeAnyText() {
        ConsoleClient client = small();

        assertThat(client.data("queue", "name", FakeClusters.HOSTILE)
                        .at("/queue/name")
                        .textValue())
                .isEqualTo(FakeClusters.HOSTILE);
        assertThat(client.data("task", "id", FakeClusters.HOSTILE + "/7/42")
                        .at("/life/task/queueName")
                        .textValue())
                .isEqualTo(FakeClusters.HOSTILE);
        assertThat(client.data("sink", "name", "<b>audit</b>").at("/sink/name").textValue())
                .isEqualTo("<b>audit</b>");
        assertThat(client.data("parked", "sink", "billing", "queue", FakeClusters.HOSTILE)
                        .path("items"))
                .hasSize(1);
    }

    @Test
    void payloadsAndResultsAreHiddenUnlessShown() {
        ConsoleClient hidden = small();
        for (String path : List.of("task?id=payments/7/42", "parked?sink=billing", "parked/export?sink=billing")) {
            assertThat(hidden.get("/api/v1/" + path).body())
                    .doesNotContain("amount")
                    .contains("\"payload\":null");
        }
        assertThat(hidden.get("/api/v1/task?id=payments/7/42").body()).contains("\"result\":null");
        server.close();
        ConsoleClient shown = serve(FakeClusters.small(NOW), false, true);
        for (String path : List.of("task?id=payments/7/42", "parked?sink=billing", "parked/export?sink=billing")) {
            assertThat(shown.get("/api/v1/" + path).body()).contains("amount");
        }
    }

    @Test
    void unknownThingsAreNotFound() {
        ConsoleClient client = small();

        assertThat(client.error("queue", "name", "none"))
                .isEqualTo("404 The console knows no queue 'none'. Check the name: see /api/v1/queues.");
        assertThat(client.error("queue/history", "name", "none")).startsWith("404 ");
        assertThat(client.error("task", "id", "orders/1/1"))
                .isEqualTo(
                        "404 The console knows no task 'orders/1/1': it keeps live tasks, and a bounded number of ended ones. A "
                                + "task is named QUEUE/EPOCH/SEQUENCE.");
        assertThat(client.error("sink", "name", "none"))
                .isEqualTo("404 The console knows no sink 'none'. Check the name: see /api/v1/sinks.");
        assertThat(client.error("nothing")).isEqualTo("404 There is nothing at /api/v1/nothing.");
        cluster.put(new ViewProgress(ViewProgress.State.CATCHING_UP, NOW, 7, 0.9, null));
        assertThat(client.error("queue", "name", "none"))
                .isEqualTo("404 The console knows no queue 'none'. It is 7 records behind: request again later.");
    }

    @Test
    void invalidParametersAreNamedWithTheirValueAndWhatIsAllowed() {
        ConsoleClient client = small();

        assertThat(client.error("queues", "limit", "0"))
                .isEqualTo("400 The query parameter 'limit' must be a number from 1 to 1000, but it is '0'.");
        assertThat(client.error("queues", "limit", "many"))
                .isEqualTo("400 The query parameter 'limit' must be a number from 1 to 1000, but it is 'many'.");
        assertThat(client.error("queues", "after", "-1"))
                .isEqualTo("400 The query parameter 'after' must be a number from 0 to 2147483647, but it is '-1'.");
        assertThat(client.error("queues", "sort", "size"))
                .isEqualTo(
                        "400 The query parameter 'sort' must be one of behind, dead, delayed, depth, done, epoch, eta, in, "
                                + "lag, leased, name, oldest, owner, pending, rate, sink, but it is 'size'.");
        assertThat(client.error("queues", "text", "x".repeat(1_001)))
                .isEqualTo("400 The query parameter 'text' must be a text of at most 1000 characters, but it is '"
                        + "x".repeat(100) + "…'.");
        assertThat(client.error("queues", "limit", "1", "limit", "2"))
                .isEqualTo("400 The query parameter 'limit' is given 2 times. Give it once.");
        assertThat(client.error("queue", "nam", "x"))
                .isEqualTo(
                        "400 There is no query parameter 'nam' here. Allowed are name, phase, failed, text, limit, after.");
        assertThat(client.error("queue"))
                .isEqualTo("400 The query parameter 'name' is required, but it is missing. Add ?name=….");
        assertThat(client.error("queue", "name", ""))
                .isEqualTo("400 The query parameter 'name' is required, but it is empty. Add ?name=….");
    }

    @Test
    void kafkaThatDoesNotAnswerIsReportedAndOtherPathsAnswer() {
        ConsoleClient client = small();
        cluster.unavailable("no broker of b-1:9092");

        var refused = client.get("/api/v1/task?id=payments/7/42");

        assertThat(error(refused))
                .isEqualTo(
                        "503 Kafka did not answer in time: no broker of b-1:9092. Check that the brokers can be reached, and "
                                + "request again.");
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("5");
        assertThat(client.data("queues").path("total").intValue()).isEqualTo(3);
    }

    /** A page asks again and again: a line for each request would fill the log. */
    @Test
    void whatIsUnknownIsAnsweredWithTheReasonAndNotLogged() {
        ConsoleClient client = small();
        Logger logger = (Logger) LoggerFactory.getLogger("io.taskqueue.console.api");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            cluster.unknown("The parked events of sink billing are unknown: they are too many.");
            var refused = client.get("/api/v1/task?id=payments/7/42");

            assertThat(error(refused))
                    .isEqualTo("503 The parked events of sink billing are unknown: they are too many.");
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("5");
            assertThat(log.list)
                    .filteredOn(line -> line.getLevel().isGreaterOrEqual(Level.INFO))
                    .isEmpty();

            cluster.unknown(null);
            cluster.unavailable("no broker of b-1:9092");
            client.get("/api/v1/task?id=payments/7/42");
            assertThat(log.list)
                    .filteredOn(line -> line.getLevel() == Level.WARN)
                    .as("what is not usual is logged")
                    .hasSize(1);
        } finally {
            logger.detachAppender(log);
        }
    }

    @Test
    void parkedTasksAreExportedOneALine() {
        ConsoleClient client = small();

        var export = client.get("/api/v1/parked/export?sink=billing");

        assertThat(export.headers().firstValue("Content-Type")).hasValue("application/x-ndjson");
        assertThat(export.headers().firstValue("Content-Disposition"))
                .hasValue("attachment; filename=\"parked.ndjson\"");
        assertThat(export.body()
                        .lines()
                        .map(line -> ConsoleClient.json(line).path("taskId").textValue()))
                .containsExactlyInAnyOrder("payments/7/42", FakeClusters.HOSTILE + "/7/42");
        assertThat(client.get("/api/v1/parked/export?sink=billing&state=ambiguous")
                        .body()
                        .lines())
                .hasSize(1);
    }

    @Test
    void readOnlyConsoleRefusesDecisionsAndDryRuns() {
        ConsoleClient client = small();

        for (String dryRun : List.of("true", "false")) {
            assertThat(error(client.post(
                            "/api/v1/parked",
                            "{\"sink\":\"billing\",\"action\":\"redrive\",\"dryRun\":" + dryRun + "}")))
                    .isEqualTo(
                            "403 This console is read-only, because it was started without --allow-writes. Start it with that "
                                    + "option, or use `taskqueue parked`.");
        }
        assertThat(cluster.decisions).isEmpty();
    }

    @Test
    void decisionIsADryRunUnlessItSaysOtherwise() {
        ConsoleClient client = serve(FakeClusters.small(NOW), true, false);
        String redrive = "{\"sink\":\"billing\",\"queue\":\"payments\",\"action\":\"redrive\",\"by\":\"ann\"";

        JsonNode dry = ConsoleClient.data(client.post("/api/v1/parked", redrive + "}"));
        int parkedAfterDryRun =
                client.data("parked", "sink", "billing").path("total").intValue();
        JsonNode executed = ConsoleClient.data(client.post("/api/v1/parked", redrive + ",\"dryRun\":false}"));

        assertThat(dry.toString())
                .isEqualTo("{\"tasks\":[\"payments/7/42\"],\"events\":3,\"executed\":false,\"decision\":\"\"}");
        assertThat(parkedAfterDryRun).isEqualTo(2);
        assertThat(executed.path("executed").booleanValue()).isTrue();
        assertThat(client.data("parked", "sink", "billing").path("total").intValue())
                .isEqualTo(1);
        assertThat(cluster.decisions.keySet())
                .containsExactlyInAnyOrder(
                        new ParkedDecision(ParkedDecision.Action.REDRIVE, "ann", "", false, true),
                        new ParkedDecision(ParkedDecision.Action.REDRIVE, "ann", "", false, false));
    }

    @Test
    void invalidDecisionIsRefusedWithTheReason() {
        ConsoleClient client = serve(FakeClusters.small(NOW), true, false);

        assertThat(refusal(client, "[1]"))
                .isEqualTo(
                        "400 A decision must be one JSON object, but the body is not. Send it as {\"sink\": \"billing\", "
                                + "\"action\": \"redrive\", \"task\": \"orders/7/42\"}.");
        assertThat(refusal(client, "{\"action\":")).startsWith("400 A decision must be one JSON object");
        assertThat(refusal(client, "{\"action\":\"redrive\"}"))
                .isEqualTo(
                        "400 A decision is about the parked tasks of a sink, but the field 'sink' is missing. Set it.");
        assertThat(refusal(client, "{\"sink\":\"billing\"}"))
                .isEqualTo("400 The action of a decision must be redrive or discard, but it is missing.");
        assertThat(refusal(client, "{\"sink\":\"billing\",\"action\":\"dance\"}"))
                .isEqualTo("400 The action of a decision must be redrive or discard, but it is 'dance'.");
        assertThat(refusal(client, "{\"sink\":\"billing\",\"action\":\"redrive\",\"state\":\"odd\"}"))
                .isEqualTo(
                        "400 The field 'state' of a decision must be parked, ambiguous, redriven or discarded, but it is "
                                + "'odd'.");
        assertThat(refusal(client, "{\"sink\":\"billing\",\"action\":\"redrive\",\"dry\":true}"))
                .isEqualTo(
                        "400 A decision has no field 'dry'. Its fields are sink, queue, task, text, state, action, by, reason, "
                                + "following and dryRun.");
        assertThat(refusal(client, "{\"sink\":7,\"action\":\"redrive\"}"))
                .isEqualTo("400 The field 'sink' of a decision must be text, but it is not. Send it as a JSON string.");
        assertThat(refusal(client, "{\"sink\":\"billing\",\"action\":\"redrive\",\"dryRun\":\"no\"}"))
                .isEqualTo("400 The field 'dryRun' of a decision must be true or false.");
        assertThat(refusal(
                        client, "{\"sink\":\"billing\",\"action\":\"redrive\",\"text\":\"" + "x".repeat(1_001) + "\"}"))
                .isEqualTo(
                        "400 The field 'text' of a decision has 1001 characters, but at most 1000 are allowed. Shorten it.");
        assertThat(refusal(client, "{\"sink\":\"billing\",\"action\":\"discard\",\"by\":\"ann\",\"dryRun\":false}"))
                .isEqualTo(
                        "400 A discard is recorded with who decided it and why, but the field 'reason' is missing. Set it.");
        assertThat(cluster.decisions).isEmpty();
    }

    private static String refusal(ConsoleClient client, String body) {
        return error(client.post("/api/v1/parked", body));
    }

    @Test
    void totalsAreThoseOfTheListedQueuesAndParkedIsCountedInEvents() {
        ConsoleClient client = small();

        JsonNode list = client.data("queues");

        long pending = 0;
        for (JsonNode row : list.path("items")) {
            pending += row.at("/queue/depth/pending").longValue();
            assertThat(row.path("spark").get(row.path("spark").size() - 1).longValue())
                    .as("the last point of the sparkline is the row's")
                    .isEqualTo(row.at("/queue/depth/pending").longValue()
                            + row.at("/queue/depth/delayed").longValue()
                            + row.at("/queue/depth/leased").longValue());
        }
        assertThat(list.at("/totals/depth/pending").longValue()).isEqualTo(pending);
        assertThat(list.at("/totals/parked").longValue()).isEqualTo(2);
        assertThat(list.at("/totals/sinkBadges/BREAKER_OPEN").intValue()).isEqualTo(1);
    }

    @Test
    void aQueueIsAnsweredWithItsHistoryAndTheTasksThatAreAskedFor() {
        ConsoleClient client = small();

        JsonNode queue = client.data("queue", "name", "payments", "phase", "pending", "failed", 2, "limit", 5);

        assertThat(queue.at("/tasks/items")).hasSize(1);
        assertThat(queue.at("/tasks/items/0/taskId").textValue()).isEqualTo("payments/7/42");
        assertThat(queue.at("/tasks/items/0/failedAttempts").intValue()).isEqualTo(2);
        JsonNode last = queue.path("history").get(queue.path("history").size() - 1);
        assertThat(last.path("depth")).isEqualTo(queue.at("/queue/depth"));
        assertThat(client.error("queue", "name", "payments", "failed", -1))
                .isEqualTo("400 The query parameter 'failed' must be a number from 0 to 1000000, but it is '-1'.");
    }

    @Test
    void decisionsAreListedWithTheirOutcomesCounted() {
        ConsoleClient client = serve(FakeClusters.small(NOW), true, false);
        String body = "{\"sink\":\"billing\",\"action\":\"redrive\",\"by\":\"ann\",\"dryRun\":false}";
        String decision = ConsoleClient.data(client.post("/api/v1/parked", body))
                .path("decision")
                .textValue();

        JsonNode made = client.data("decisions", "sink", "billing", "decision", decision, "limit", 1);

        assertThat(made.path("total").intValue()).isEqualTo(2);
        assertThat(made.path("items")).hasSize(1);
        assertThat(made.path("next").textValue()).isEqualTo("1");
        assertThat(made.path("outcomes").toString()).isEqualTo("{\"WAITING\":2}");
        assertThat(client.error("decisions", "sink", "billing", "action", "dance"))
                .isEqualTo("400 The query parameter 'action' must be one of discard, redrive, but it is 'dance'.");
    }

    @Test
    void replayPlanStatesTheCommand() {
        ConsoleClient client = small();

        JsonNode plan = client.data(
                "replay-plan", "sink", "billing", "from", "earliest", "mode", "rerun", "select", "queue=orders");

        assertThat(plan.path("events").longValue()).isEqualTo(2_160);
        assertThat(plan.path("command").textValue())
                .isEqualTo("taskqueue replay --sink billing --from earliest --mode rerun --select 'queue=orders'");
    }

    @Test
    void positionsOfASinkAreSortedAndInParts() {
        ConsoleClient client = small();

        JsonNode worst = client.data("sink", "name", "billing", "sort", "lag", "order", "desc", "limit", 1);

        assertThat(worst.at("/positions/items/0/queueName").textValue()).isEqualTo("payments");
        assertThat(worst.at("/positions/total").intValue()).isEqualTo(3);
        assertThat(worst.at("/positions/next").textValue()).isEqualTo("1");
        assertThat(worst.path("replays")).hasSize(1);
    }

    @Test
    void healthFailsOnlyIfKafkaCannotBeUsed() {
        ConsoleClient client = small();
        cluster.put(new ViewProgress(ViewProgress.State.RESTORING, null, 0, 0.1, null));
        int restoring = client.get("/health/ready").statusCode();
        cluster.put(new ViewProgress(ViewProgress.State.DISCONNECTED, NOW, 0, 1, "no broker of b-1:9092"));

        assertThat(restoring).isEqualTo(200);
        assertThat(client.get("/health/ready").statusCode()).isEqualTo(503);
        assertThat(client.get("/health/ready").body()).contains("no broker of b-1:9092");
        assertThat(client.get("/health/live").body()).isEqualTo("{\"status\":\"live\"}");
    }
}
