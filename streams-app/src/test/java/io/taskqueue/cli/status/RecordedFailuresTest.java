package io.taskqueue.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.TestTopics;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.event.Position;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.streams.results.ResultFormat;
import io.taskqueue.streams.state.StoreNames;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A target refuses all events: their failures are recorded, listed, counted, and run again by one command. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RecordedFailuresTest {

    private static final int TASKS = 6;

    @TempDir
    static Path directory;

    @AutoClose
    private static EmbeddedKafka broker;

    private static final AtomicInteger status = new AtomicInteger(422);
    private static final Queue<String> keys = new ConcurrentLinkedQueue<>();
    private static HttpServer target;

    @BeforeAll
    static void runTheSinkAgainstATargetThatRefuses() throws Exception {
        broker = EmbeddedKafka.start(directory.resolve("broker"), 0);
        TestTopics.create(broker.bootstrapServers(), 2);
        target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        target.createContext("/", exchange -> {
            try (exchange) {
                keys.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
                exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(status.get(), -1);
            }
        });
        target.start();
        Path tasks = Files.writeString(directory.resolve("tasks.ndjson"), "{\"n\":1}\n".repeat(TASKS));
        CommandRun dispatch = CommandRun.dispatch(broker.bootstrapServers(), "orders", tasks);
        assertThat(dispatch.exitCode()).as(dispatch.err()).isZero();
        CommandRun first = sink();
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(keys).hasSize(TASKS);
        status.set(204);
    }

    @AfterAll
    static void stopTarget() {
        target.stop(0);
    }

    @Test
    @Order(1)
    void resultsListTheRecordedFailuresPageByPage() {
        CommandRun all = command("results", "--failed");
        assertThat(all.exitCode()).as(all.err()).isZero();
        assertThat(all.out())
                .contains(
                        "failed  PermanentEffectException: POST of event ",
                        "was answered 422. The target refuses the event")
                .contains("Sink books: 6 effects found (failed).");

        List<String> seen = new ArrayList<>();
        for (int skip = 0; skip < TASKS; skip += 4) {
            JsonNode page = command("results", "--failed", "--skip", "" + skip, "--limit", "4", "--output", "json")
                    .json();
            page.get("effects")
                    .forEach(effect -> seen.add(effect.get("position").asText()));
            assertThat(page.get("notShown").asInt())
                    .isEqualTo(TASKS - page.get("effects").size());
        }
        assertThat(seen).hasSize(TASKS).doesNotHaveDuplicates();
        assertThat(command("results", "--failed", "--queue", "other").out())
                .isEqualTo("Sink books: 0 effects found (of queue other, failed)." + System.lineSeparator());
        CommandRun negative = command("results", "--skip", "-1");
        assertThat(negative.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(negative.err())
                .contains("Invalid value for option '--skip': '-1' is not a whole number from 0 to 2147483647.");
    }

    @Test
    @Order(2)
    void statusCountsTheRecordedFailures() {
        CommandRun text = command("status");
        assertThat(text.out())
                .contains("  parked   failed")
                .containsPattern("books +Empty .* 0 +6 +0 +0\\R")
                .contains(
                        "failed: effects with a recorded failure, which no retry attempts again. List them with `taskqueue "
                                + "results --name APP --failed`.");
        JsonNode sink =
                command("status", "--output", "json").json().get("sinks").get(0);
        assertThat(sink.get("failed").asInt()).isEqualTo(TASKS);
        assertThat(sink.get("parked").asInt()).isZero();
    }

    @Test
    @Order(3)
    void fillGapsKeepsRecordedFailures() {
        assertThat(command("replay", "--to-earliest", "--mode", "fill-gaps", "--execute")
                        .exitCode())
                .isZero();
        JsonNode replay = sink().json().get("replay");
        assertThat(replay.get("counts").get("reused").asInt()).isEqualTo(TASKS);
        assertThat(keys).hasSize(TASKS);

        CommandRun refused = command("replay", "--to-earliest", "--mode", "fill-gaps", "--select", "result=failed");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err())
                .contains(
                        "fill-gaps runs effects without a recorded result, and a recorded failure is a result, but --select "
                                + "result=failed was given. Pass --mode rerun.");
        assertThat(command("replay", "--to-earliest", "--mode", "rerun", "--select", "result=done")
                        .err())
                .contains("--select: The selection 'result=done' names another result than failed.");
    }

    @Test
    @Order(4)
    void planOfARerunTellsHowManyFailuresItSelects() {
        String[] rerun = {"replay", "--to-earliest", "--mode", "rerun", "--select"};
        assertThat(command(rerun, "result=failed").out())
                .contains("rerun of result=failed", "6 recorded failures are selected.", "This is the plan");
        assertThat(command(rerun, "result=failed,kind=Enqueued").out()).contains("0 recorded failures are selected.");
        String first = command("results", "--failed", "--limit", "1", "--output", "json")
                .json()
                .get("effects")
                .get(0)
                .get("position")
                .asText();
        JsonNode one =
                command(rerun, "result=failed,to=" + first, "--output", "json").json();
        assertThat(one.get("failures").asInt()).isEqualTo(1);
        assertThat(one.get("mode").asText()).isEqualTo("rerun");

        CommandRun nothing = command(rerun, "result=failed,kind=Enqueued", "--execute");
        assertThat(nothing.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(nothing.err())
                .contains("No recorded failure is selected in the ")
                .contains(
                        " records that would be read again, so nothing was changed. List them with `taskqueue results --name "
                                + "books --failed`, and check --select and how far back the offsets are moved.");
    }

    @Test
    @Order(5)
    void rerunRunsExactlyTheFailedEffects() {
        CommandRun ordered =
                command("replay", "--to-earliest", "--mode", "rerun", "--select", "result=failed", "--execute");
        assertThat(ordered.exitCode()).as(ordered.err()).isZero();
        assertThat(ordered.out())
                .contains(
                        "The failed effects of the selected events run again, and those that never ran because of them, under "
                                + "generation 2 of their keys. Other effects are answered from recorded results.");
        keys.clear();
        JsonNode counts = sink().json().get("replay").get("counts");

        assertThat(counts.get("run").asInt()).isEqualTo(TASKS);
        assertThat(keys).hasSize(TASKS).allSatisfy(key -> assertThat(key).startsWith("books/2/orders/"));
        assertThat(command("results", "--failed").out()).contains("Sink books: 0 effects found (failed).");
        assertThat(command("status").out())
                .containsPattern("books +Empty .* 0 +0\\R")
                .doesNotContain("failed: effects");
    }

    @Test
    @Order(6)
    void statusDoesNotReadMoreResultsThanItCanInASecond() {
        byte[] key = ResultFormat.key(new EffectKey("books", 0, "orders", new Position(1, 1), "POST"))
                .get();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int result = 0;
                    result < 2 * SinkLag.MOST_RESULTS;
                    result++) { // it stops some records behind the limit
                var unused = producer.send(
                        new ProducerRecord<>(TopicNames.changelog("books", StoreNames.RESULTS), 0, key, null));
            }
        }

        assertThat(command("status").out())
                .containsPattern("books +Empty .* 0 +- +0 +0\\R")
                .contains(
                        "Sink books: recorded failures are not counted, because its results have more than 250,000 records. "
                                + "List them with `taskqueue results --name books --failed`.");
        JsonNode sink =
                command("status", "--output", "json").json().get("sinks").get(0);
        assertThat(sink.get("failed").isNull()).isTrue();
        assertThat(sink.get("tooManyResults").asBoolean()).isTrue();
        assertThat(command("results", "--failed").out()).contains("Sink books: 0 effects found (failed).");
    }

    private static CommandRun command(String[] command, String... more) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(more));
        return command(all.toArray(String[]::new));
    }

    private static CommandRun command(String... command) {
        List<String> all = new ArrayList<>(
                List.of(command[0], "--bootstrap-server", broker.bootstrapServers(), "--name", "books"));
        all.addAll(List.of(command).subList(1, command.length));
        return CommandRun.of(all.toArray(String[]::new));
    }

    private static CommandRun sink() {
        return command(
                "sink",
                "--sink",
                "http",
                "--sink-config",
                "url=http://127.0.0.1:" + target.getAddress().getPort() + "/",
                "--sink-config",
                "kinds=Completed",
                "--state-dir",
                directory.resolve("state").toString(),
                "--until-idle",
                "200ms",
                "--output",
                "json");
    }
}
