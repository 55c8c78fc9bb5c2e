package io.taskqueue.cli.parked;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.TestTopics;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.diagnostics.DiagnosticsServer;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.streams.admin.ParkedEvents;
import io.taskqueue.streams.parking.LocalParkedEvents;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A target refuses some tasks; an operator lists, shows, redrives and discards them by commands while no sink runs. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ParkedCommandsTest {

    @TempDir
    static Path directory;

    private static final Queue<String> CALLS = new ConcurrentLinkedQueue<>();

    @AutoClose
    private static EmbeddedKafka broker;

    private static HttpServer target;
    private static String server;
    private static volatile boolean refusing = true;

    @BeforeAll
    static void parkThreeTasks() throws Exception {
        broker = EmbeddedKafka.start(directory.resolve("broker"), 0);
        server = broker.bootstrapServers();
        TestTopics.create(server, 2);
        target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        target.createContext("/", exchange -> {
            String event = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            boolean refused = refusing && event.contains("\"refuse me\"") && event.contains("\"Enqueued\"");
            if (!refused) {
                CALLS.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
            }
            exchange.sendResponseHeaders(refused ? 503 : 204, -1);
            exchange.close();
        });
        target.start();
        Path tasks = Files.writeString(
                directory.resolve("tasks.ndjson"), "\"refuse me\"\n1.50\n\"refuse me\"\n[3]\n\"refuse me\"\n");
        CommandRun dispatch = CommandRun.dispatch(server, "orders", tasks);
        assertThat(dispatch.exitCode()).as(dispatch.err()).isZero();
    }

    @AfterAll
    static void stopTarget() {
        target.stop(0);
    }

    @Test
    @Order(1)
    void sinkThatNeverRanIsRefused() {
        CommandRun list = parked("list");

        assertThat(list.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(list.err()).contains("There is no topic books-state-changelog on this cluster");
    }

    @Test
    @Order(2)
    void sinkParksAndContinues() {
        CommandRun sink = sink();

        assertThat(sink.exitCode()).as(sink.err()).isZero();
        assertThat(sink.json().get("effects").get("run").asInt()).isEqualTo(6);
        assertThat(sink.json().get("effects").get("parked").asInt()).isEqualTo(9);
        assertThat(CALLS).hasSize(6);
    }

    @Test
    @Order(3)
    void listHasALineForEachTaskThatFitsATerminal() {
        CommandRun list = parked("list");

        assertThat(list.exitCode()).as(list.err()).isZero();
        assertThat(list.out().lines().limit(9).toList()).allMatch(line -> line.length() <= 100);
        assertThat(list.out())
                .contains("task          parked since          state     tries  events  first event")
                .contains("was answered 503")
                .contains("3 parked tasks, 9 parked events.");
        JsonNode tasks = parked("list", "--output", "json").json().get("tasks");
        assertThat(tasks).hasSize(3);
        assertThat(tasks.get(0).get("parkedEvents").asInt()).isEqualTo(3);
        assertThat(tasks.get(0).get("first").get("attempts").asInt()).isEqualTo(3);
        assertThat(tasks.get(0).get("first").get("error").get("message").asText())
                .contains("503");
        assertThat(tasks.get(0).get("first").has("value")).isFalse();
        assertThat(parked("list", "--queue", "another").out()).contains("Nothing is parked at sink books.");
        assertThat(parked("list", "--discarded").out()).contains("No discarded event is kept for sink books.");
        assertThat(status().get("parked").asInt()).isEqualTo(9);
    }

    @Test
    @Order(4)
    void showPrintsOneTaskInFull() {
        String task = task(1);
        CommandRun show = parked("show", "--task", task);

        assertThat(show.exitCode()).as(show.err()).isZero();
        assertThat(show.out())
                .contains("Task         " + task)
                .contains("Enqueued " + task.replaceFirst("orders/", "").replaceFirst("/\\d+$", "/"))
                .contains("Payload      \"refuse me\"")
                .contains("Behind it    LeaseGranted")
                .contains("taskqueue parked redrive --bootstrap-server " + server + " --name books --task " + task);
        JsonNode json = parked("show", "--task", "1/" + task.replaceFirst(".*/", ""), "--output", "json")
                .json();
        assertThat(json.get("tasks").get(0).get("events")).hasSize(3);
        assertThat(json.get("tasks").get(0).get("events").get(0).get("value").asText())
                .isEqualTo("refuse me");
    }

    @Test
    @Order(5)
    void invalidOptionsAreRefused() {
        assertThat(parked("redrive")).satisfies(run -> {
            assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(run.err()).contains("No tasks are selected. Pass --task, --queue or both, or --all.");
        });
        assertThat(parked("redrive", "--all", "--queue", "orders")).satisfies(run -> {
            assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(run.err())
                    .contains("--all selects every task, but --task or --queue was given as well. Omit one of them.");
        });
        assertThat(parked("redrive", "--all", "--wait", "1s").err()).contains("Pass --wait with --execute.");
        assertThat(parked("discard", "--all").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(parked("discard", "--all", "--reason", " ", "--execute")).satisfies(run -> {
            assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(run.err())
                    .contains(
                            "Invalid value for option '--reason': the value is empty. Pass a value, or omit the option.");
        });
        assertThat(parked("show", "--task", "orders").err())
                .contains("--task: 'orders' is not a task. Write it as it is listed, QUEUE/EPOCH/SEQUENCE");
        assertThat(parked("redrive", "--task", "orders/1/99")).satisfies(run -> {
            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.err()).contains("Task orders/1/99 is not parked at sink books");
        });
    }

    @Test
    @Order(6)
    void withoutExecuteNothingChanges() {
        CommandRun plan = parked("redrive", "--all", "--output", "json");

        assertThat(plan.exitCode()).as(plan.err()).isZero();
        assertThat(plan.json().get("executed").asBoolean()).isFalse();
        assertThat(plan.json().get("tasks")).hasSize(3);
        assertThat(parked("discard", "--all", "--reason", "x").out())
                .contains("This is the plan; nothing was changed. Add --execute to carry it out.");
        assertThat(sink().json().get("effects").get("run").asInt()).isZero();
    }

    @Test
    @Order(7)
    void redriveThatFailsAgainIsCounted() {
        String task = task(1);
        CommandRun sent = parked("redrive", "--task", task, "--execute", "--wait", "600ms", "--output", "json");
        assertThat(sent.exitCode()).as("no sink runs").isEqualTo(ExitCode.FAILED);
        assertThat(sent.json().get("taken").asInt()).isZero();

        sink();

        assertThat(parked("show", "--task", task).out()).contains(", parked 2 times so far");
    }

    @Test
    @Order(8)
    void discardedEventIsKeptAndTheEventsBehindItAreApplied() {
        String task = task(2);
        CommandRun discard =
                parked("discard", "--task", task, "--by", "ann", "--reason", "refunded by hand", "--execute");
        assertThat(discard.exitCode()).as(discard.err()).isZero();
        assertThat(discard.out())
                .contains(
                        "The command was sent. The sink handles it while it is running; pass --wait to wait for that.");
        int calls = CALLS.size();

        sink();

        assertThat(CALLS).hasSize(calls + 2);
        assertThat(parked("list", "--discarded").out()).contains(task, "Enqueued", "ann", "refunded by hand");
        assertThat(parked("list", "--output", "json").json().get("tasks")).hasSize(2);
    }

    @Test
    @Order(9)
    void parkedTasksAreListedAndDecidedOverHttp() throws Exception {
        refusing = false;
        SinkParkedTasks feed = new SinkParkedTasks(
                new ParkedEvents(Map.of("bootstrap.servers", server), "books"),
                () -> new LocalParkedEvents(0, Map.of()),
                "books");
        try (DiagnosticsServer http = DiagnosticsServer.builder().parked(feed).start()) {
            JsonNode listed = new ObjectMapper()
                    .readTree(http(http, "?queue=orders", null).body());
            assertThat(listed.get("parkedTasks").asInt()).isEqualTo(2);
            assertThat(listed.get("parkedEvents").asInt()).isEqualTo(6);
            assertThat(listed.get("tasks").get(0).get("events")).hasSize(3);
            assertThat(listed.toString()).doesNotContain("refuse me");
            String task = listed.get("tasks").get(0).get("task").asText();

            assertThat(http(http, "", "{\"action\":\"redrive\",\"task\":\"orders/1/99\"}")
                            .statusCode())
                    .isEqualTo(404);
            assertThat(http(http, "", "{\"action\":\"discard\",\"task\":\"" + task + "\"}")
                            .statusCode())
                    .as("neither who nor why")
                    .isEqualTo(400);
            assertThat(http(http, "?task=nonsense", null).statusCode()).isEqualTo(400);
            var sent = http(http, "", "{\"action\":\"redrive\",\"task\":\"" + task + "\",\"by\":\"ann\"}");
            assertThat(sent.statusCode()).isEqualTo(202);
            assertThat(new ObjectMapper()
                            .readTree(sent.body())
                            .get("task")
                            .get("task")
                            .asText())
                    .isEqualTo(task);
        }
        int calls = CALLS.size();

        sink();

        assertThat(CALLS).hasSize(calls + 3);
        assertThat(parked("list", "--output", "json").json().get("tasks")).hasSize(1);
    }

    @Test
    @Order(10)
    void redriveAfterTheTargetIsFixedAppliesTheEvents() {
        CommandRun redrive = parked("redrive", "--all", "--execute");
        assertThat(redrive.exitCode()).as(redrive.err()).isZero();
        int calls = CALLS.size();

        sink();

        assertThat(CALLS).hasSize(calls + 3).doesNotHaveDuplicates();
        assertThat(parked("list").out()).contains("Nothing is parked at sink books.");
        assertThat(parked("redrive", "--all", "--execute").exitCode()).isZero();
        assertThat(status().get("parked").asInt()).isZero();
    }

    @Test
    @Order(11)
    void sinkStopsInsteadWithOnExhaustedStop() {
        refusing = true;
        CommandRun stopped = sink("stopping", "--on-exhausted", "stop");

        assertThat(stopped.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(stopped.err()).contains("Sink stopping stopped at ");
    }

    private static HttpResponse<String> http(DiagnosticsServer server, String query, @Nullable String body)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/api/parked" + query));
        if (body != null) {
            request.header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body));
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** One of the tasks that are refused. */
    private static String task(int which) {
        JsonNode tasks = parked("list", "--output", "json").json().get("tasks");
        return tasks.get(which).get("task").asText();
    }

    private static JsonNode status() {
        CommandRun status =
                CommandRun.of("status", "--bootstrap-server", server, "--name", "books", "--output", "json");
        return status.json().get("sinks").get(0);
    }

    private static CommandRun parked(String... arguments) {
        List<String> all = List.of(arguments);
        return CommandRun.of(Stream.concat(
                        Stream.of("parked", all.get(0), "--bootstrap-server", server, "--name", "books"),
                        all.stream().skip(1))
                .toArray(String[]::new));
    }

    private static CommandRun sink(String... more) {
        List<String> arguments = List.of(
                "--bootstrap-server",
                server,
                "--sink",
                "http",
                "--sink-config",
                "url=http://127.0.0.1:" + target.getAddress().getPort() + "/",
                "--sink-config",
                "retries=2",
                "--sink-config",
                "backoff=5ms",
                "--sink-config",
                "breaker=off",
                "--until-idle",
                "200ms",
                "--output",
                "json");
        String name = more.length == 0 ? "books" : more[0];
        return CommandRun.of(Stream.of(
                        Stream.of(
                                "sink",
                                "--name",
                                name,
                                "--state-dir",
                                directory.resolve(name).toString()),
                        arguments.stream(),
                        Stream.of(more).skip(1))
                .flatMap(part -> part)
                .toArray(String[]::new));
    }
}
