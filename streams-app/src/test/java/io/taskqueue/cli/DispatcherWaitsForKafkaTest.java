package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskqueue.event.Position;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.serde.EventHeaders;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kafka is gone while a dispatcher has events that are not acknowledged: it waits, or leaves them in a file. */
@Timeout(180)
class DispatcherWaitsForKafkaTest {

    private static final int TASKS = 1_000;
    private static final Pattern URL = Pattern.compile("Diagnostics: (http://[^/]*)/");

    @TempDir
    private static Path directory;

    private static int port;

    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    static void writeTasks() throws Exception {
        port = SecuredKafka.freePort();
        Files.write(
                directory.resolve("tasks.ndjson"),
                IntStream.range(0, TASKS).mapToObj(n -> "{\"n\":" + n + "}").toList());
    }

    @Test
    void itWaitsUntilKafkaIsBackOrUntilItsCloseTimeout() throws Exception {
        Path file = directory.resolve("given-up.ndjson");
        ChildJvm broker = broker("waits");
        try (ChildJvm dispatch = dispatch("waits");
                ChildJvm impatient =
                        dispatch("given-up", "--close-timeout", "1s", "--unreplicated-to", file.toString())) {
            awaitHalf(dispatch);
            awaitHalf(impatient);
            broker.kill();

            assertThat(impatient.awaitEnd()).isEqualTo(1);
            givesUpWithEveryEventInTheFile(result(impatient), file);

            dispatch.awaitOutput("Waiting until Kafka has acknowledged ");
            dispatch.awaitOutput(" events wait for Kafka since ");
            assertThat(get(dispatch, "/health/ready").statusCode()).isEqualTo(503);
            broker = broker("waits");

            assertThat(dispatch.awaitEnd()).as(dispatch.output()).isZero();
            assertThat(dispatch.output()).contains("Kafka acknowledges events again.");
            JsonNode result = result(dispatch);
            assertThat(result.get("nextLine").asInt()).isEqualTo(TASKS + 1);
            assertThat(result.get("events").get("Completed").asInt()).isEqualTo(TASKS);
            assertThat(result.has("unreplicated")).isFalse();
            assertThat(sequences("waits")).isEqualTo(upTo(3 * TASKS));
        } finally {
            broker.kill();
        }
    }

    @Test
    void aSecondSignalWritesTheEventsToAFileFromWhichTheyArePublished() throws Exception {
        Path file = directory.resolve("kept.ndjson");
        ChildJvm broker = broker("kept");
        try (ChildJvm dispatch = dispatch("kept", "--keep", "--unreplicated-to", file.toString())) {
            awaitHalf(dispatch);
            broker.kill();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> get(dispatch, "/health/ready").statusCode() == 503);

            dispatch.terminate();
            dispatch.awaitOutput("Another SIGTERM or Ctrl-C gives up, and writes them to " + file + ".");
            assertThat(file).doesNotExist();
            dispatch.terminate();

            assertThat(dispatch.awaitEnd()).isEqualTo(143);
            JsonNode result = result(dispatch);
            long events = eventsIn(result);
            assertThat(result.get("unreplicated").get("file").asText()).isEqualTo(file.toString());
            assertThat(dispatch.output())
                    .contains("Kafka has not acknowledged ")
                    .contains("; they are in " + file
                            + ". Publish them with `taskqueue resend` before another dispatcher claims"
                            + " queue kept; dispatching their tasks again would do them twice.");
            broker = broker("kept");
            String server = "127.0.0.1:" + port;
            assertThat(sequences("kept").last()).isLessThan(events);

            CommandRun plan = CommandRun.of("resend", "--bootstrap-server", server, file.toString());
            assertThat(plan.exitCode()).as(plan.err()).isZero();
            assertThat(plan.out()).contains("Nothing was published; add --execute to publish them.");
            assertThat(sequences("kept").last()).isLessThan(events);
            CommandRun refused = CommandRun.dispatch(server, "kept", tasks(), "--unreplicated-to", file.toString());
            assertThat(refused.exitCode()).isEqualTo(4);
            assertThat(refused.err())
                    .isEqualTo("taskqueue: The file " + file
                            + " exists: an earlier run left events there that Kafka had not"
                            + " acknowledged, and as soon as this run claims the queue they cannot be published any more."
                            + " Publish them with `taskqueue resend`, then delete the file; or name another one with"
                            + " --unreplicated-to.\n");

            CommandRun resend = CommandRun.of(
                    "resend", "--bootstrap-server", server, file.toString(), "--execute", "--output", "json");

            assertThat(resend.exitCode()).as(resend.err()).isZero();
            assertThat(resend.json().get("executed").asBoolean()).isTrue();
            assertThat(resend.json().get("events").asLong())
                    .isEqualTo(result.get("unreplicated").get("events").asLong());
            assertThat(sequences("kept")).isEqualTo(upTo(events));
            resendIsRefusedWhenTheQueueIsClaimedAgain(server, file);
        } finally {
            broker.kill();
        }
    }

    private static void resendIsRefusedWhenTheQueueIsClaimedAgain(String server, Path file) throws Exception {
        Path none = Files.createFile(directory.resolve("none.ndjson"));
        assertThat(CommandRun.dispatch(server, "kept", none).exitCode()).isZero();

        CommandRun resend = CommandRun.of("resend", "--bootstrap-server", server, file.toString(), "--execute");

        assertThat(resend.exitCode()).isEqualTo(4);
        assertThat(resend.err()).startsWith("taskqueue: Queue kept belongs to dispatcher-");
    }

    private static void givesUpWithEveryEventInTheFile(JsonNode result, Path file) throws IOException {
        assertThat(result.get("unreplicated").get("events").asInt())
                .isEqualTo(Files.readAllLines(file).size() - 1);
        assertThat(result.get("events").get("Completed").asInt()).isEqualTo(TASKS);
    }

    private static ChildJvm broker(String name) throws Exception {
        return BrokerKilledLosesNothingTest.broker(Files.createDirectories(directory.resolve(name)), "broker", port);
    }

    private static Path tasks() {
        return directory.resolve("tasks.ndjson");
    }

    private static ChildJvm dispatch(String queue, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "dispatch",
                "--bootstrap-server",
                "127.0.0.1:" + port,
                "--queue",
                queue,
                "--tasks",
                tasks().toString(),
                "--workers",
                "2",
                "--work-time",
                "10ms",
                "--port",
                "0",
                "--output",
                "json"));
        arguments.addAll(List.of(more));
        return ChildJvm.start(
                directory.resolve(queue + ".txt"), TaskQueueCommand.class, arguments.toArray(String[]::new));
    }

    /** Waits until some, but not all tasks have ended. */
    private void awaitHalf(ChildJvm dispatch) {
        dispatch.awaitOutput("Diagnostics: ");
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> metric(get(dispatch, "/metrics").body(), "kind=\"Completed\"") > TASKS / 10.0);
    }

    private static double metric(String metrics, String tag) {
        return metrics.lines()
                .filter(line -> line.startsWith("taskqueue_replication_events_total{") && line.contains(tag))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private HttpResponse<String> get(ChildJvm dispatch, String path) throws IOException, InterruptedException {
        Matcher url = URL.matcher(dispatch.output());
        assertThat(url.find()).isTrue();
        return http.send(
                HttpRequest.newBuilder(URI.create(url.group(1) + path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode result(ChildJvm dispatch) throws IOException {
        String json = dispatch.output()
                .lines()
                .filter(line -> line.startsWith("{"))
                .reduce((first, second) -> second)
                .orElseThrow();
        return new ObjectMapper().readTree(json);
    }

    private static long eventsIn(JsonNode result) {
        long events = 0;
        for (JsonNode count : result.get("events")) {
            events += count.asLong();
        }
        return events;
    }

    private static NavigableSet<Long> upTo(long last) {
        return new TreeSet<>(LongStream.rangeClosed(0, last).boxed().toList());
    }

    /** The sequences of the queue's first epoch that are in the topic. */
    private static NavigableSet<Long> sequences(String queue) {
        TreeSet<Position> positions = new TreeSet<>();
        Map<String, Object> kafka = Map.of("bootstrap.servers", "127.0.0.1:" + port);
        try (TopicReader reader = TopicReader.open(kafka, IsolationLevel.READ_UNCOMMITTED, Duration.ofSeconds(30))) {
            List<TopicPartition> partitions = reader.partitions("taskqueue.events");
            reader.readToEnd(reader.beginnings(partitions), record -> EventHeaders.read(record.headers())
                    .filter(headers -> headers.queueName().equals(queue))
                    .ifPresent(headers -> positions.add(headers.position())));
        }
        TreeSet<Long> sequences = new TreeSet<>();
        positions.stream()
                .filter(position -> position.epoch() == positions.first().epoch())
                .forEach(position -> sequences.add(position.sequence()));
        return sequences;
    }
}
