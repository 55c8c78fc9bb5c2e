package io.taskqueue.cli.dispatch;

import static io.taskqueue.event.EventKind.COMPLETED;
import static io.taskqueue.event.EventKind.ENQUEUED;
import static io.taskqueue.event.EventKind.LEASE_EXPIRED;
import static io.taskqueue.event.EventKind.LEASE_GRANTED;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskqueue.cli.ChildJvm;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.TaskQueueCommand;
import io.taskqueue.cli.TestTopics;
import io.taskqueue.cli.TopicEvents;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.source.ReplicationSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A dispatcher hands its queue over, and the next one continues with the tasks and with the input. */
@Timeout(180)
class DispatchRecoveryTest {

    private static final List<String> LINES =
            IntStream.range(0, 600).mapToObj(n -> "{\"n\":" + n + "}").toList();

    private static final String TOPIC = "taskqueue.events";

    @TempDir
    private static Path directory;

    @AutoClose
    private static EmbeddedKafka broker;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedKafka.start(directory.resolve("broker"), 0);
        TestTopics.create(broker.bootstrapServers(), 1);
    }

    @Test
    void handedOverQueueIsContinuedWithoutASecondLeaseOfATaskAndWithoutWaitingForALease() throws Exception {
        Path tasks = Files.write(directory.resolve("handed.ndjson"), LINES);
        try (ChildJvm dispatch =
                child("handed", tasks, "--hand-over", "--workers", "4", "--work-time", "50ms", "--lease", "10m")) {
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> positionOf("handed") > 530);
            dispatch.terminate();

            assertThat(dispatch.awaitEnd()).as(dispatch.output()).isZero();
            JsonNode result = result(dispatch);
            int left = result.get("handedOver").asInt();
            assertThat(left).isPositive();
            assertThat(result.get("drained").asInt()).isZero();
            assertThat(result.has("remaining")).isFalse();

            CommandRun successor = dispatch("handed", tasks, "--recover", "--lease", "10m");

            assertThat(successor.exitCode()).as(successor.err()).isZero();
            assertThat(successor.json().get("restored").asInt()).isEqualTo(left);
            assertThat(successor.json().get("recovery").get("handedOver").asInt())
                    .isEqualTo(left);
            TopicEvents events = TopicEvents.read(broker.bootstrapServers(), TOPIC, "handed");
            assertThat(events.payloads(ENQUEUED)).containsExactlyElementsOf(LINES);
            assertThat(events.payloads(LEASE_GRANTED)).containsExactlyInAnyOrderElementsOf(LINES);
            assertThat(events.payloads(COMPLETED)).containsExactlyInAnyOrderElementsOf(LINES);
            assertThat(events.of(LEASE_EXPIRED)).isEmpty();
        }
    }

    @Test
    void dispatcherThatDoesNotRecoverLiveTasksNamesThemAndTheCommand() throws Exception {
        Path tasks = Files.write(directory.resolve("abandoned.ndjson"), LINES.subList(0, 5));
        leaveTasks("abandoned", tasks, TOPIC);
        Path none = Files.createFile(directory.resolve("none.ndjson"));

        try (ChildJvm dispatch = child("abandoned", none, "--keep")) {
            dispatch.awaitOutput("Queue abandoned has 5 live tasks of earlier owners, the oldest enqueued at ")
                    .awaitOutput("'taskqueue dispatch' with --recover");
            dispatch.terminate();
            assertThat(dispatch.awaitEnd()).isEqualTo(143);
            assertThat(result(dispatch).get("abandoned").asInt()).isEqualTo(5);
        }
        CommandRun recovered = dispatch("abandoned", none, "--recover");
        assertThat(recovered.json().get("restored").asInt()).isEqualTo(5);
        assertThat(recovered.json().get("events").get("Completed").asInt()).isEqualTo(5);
    }

    @Test
    void tasksWhoseEventsWereDeletedFromTheTopicAreAFailureThatNamesThem() throws Exception {
        TestTopics.create(broker.bootstrapServers(), "cut", 1);
        Path tasks = Files.write(directory.resolve("cut.ndjson"), LINES.subList(0, 5));
        leaveTasks("cut", tasks, "cut");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.deleteRecords(Map.of(new TopicPartition("cut", 0), RecordsToDelete.beforeOffset(-1)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }

        CommandRun look = CommandRun.of(
                "recover", "--bootstrap-server", broker.bootstrapServers(), "--queue", "cut", "--output", "json");
        CommandRun recovered = dispatch("cut", tasks, "--recover", "--topic", "cut");

        assertThat(look.exitCode()).isEqualTo(1);
        assertThat(look.out()).isEmpty();
        assertThat(look.err())
                .endsWith(
                        "taskqueue: About 5 of 5 live tasks are gone: topic cut no longer holds any event of them; it holds no event of"
                                + " the queue. Compare the input with the outcome at the target, and raise retention.ms and"
                                + " retention.bytes of the topic.\n");
        assertThat(recovered.exitCode()).isEqualTo(1);
        assertThat(recovered.err()).contains("taskqueue: About 5 of 5 live tasks are gone: topic cut no longer holds");
        JsonNode result = recovered.json();
        assertThat(result.get("recovery").get("removed").get("tasks").asInt()).isEqualTo(5);
        assertThat(result.get("tasks").asInt()).isZero();
    }

    @Test
    void remainingRecoveredTasksKeepTheNumbersOfTheirLines() throws Exception {
        Path tasks = Files.write(directory.resolve("numbers.ndjson"), LINES.subList(0, 5));
        leaveTasks("numbers", tasks, TOPIC);

        try (ChildJvm dispatch =
                child("numbers", tasks, "--recover", "--workers", "1", "--work-time", "10m", "--grace", "0s")) {
            dispatch.awaitOutput("Recovered 5 live tasks: ").awaitOutput("was dispatched completely before.");
            dispatch.terminate();
            assertThat(dispatch.awaitEnd()).isEqualTo(143);
            assertThat(result(dispatch).get("remaining").get("lines")).hasToString("[\"1-5\"]");
            assertThat(result(dispatch).get("nextLine").asInt()).isEqualTo(6);
        }
    }

    @Test
    void changedInputIsRefusedBeforeTheQueueIsClaimed() throws Exception {
        Path tasks = Files.write(directory.resolve("changed.ndjson"), LINES.subList(0, 5));
        leaveTasks("changed", tasks, TOPIC);
        long epoch = epochOf("changed");
        Files.write(tasks, LINES.subList(1, 9));

        CommandRun refused = dispatch("changed", tasks, "--recover");

        assertThat(refused.exitCode()).isEqualTo(4);
        assertThat(refused.err())
                .endsWith("taskqueue: The last task on the topic is of line 5 of input changed.ndjson, but input"
                        + " changed.ndjson cannot be continued there: its lines up to that one are not the same. Restore"
                        + " its lines, or pass the first line to read: --from-line 6 continues behind that line,"
                        + " --from-line 1 reads all of it.\n");
        assertThat(epochOf("changed")).isEqualTo(epoch);
        CommandRun all = dispatch("changed", tasks, "--recover", "--from-line", "1");
        assertThat(all.exitCode()).as(all.err()).isZero();
        assertThat(all.json().get("tasks").asInt()).isEqualTo(8);
        assertThat(all.json().get("restored").asInt()).isEqualTo(5);
    }

    @Test
    void recoveryOfANewQueueStartsAtTheFirstLineAndOfACompleteOneDispatchesNothing() throws Exception {
        Path tasks = Files.write(directory.resolve("complete.ndjson"), LINES.subList(0, 5));

        CommandRun first = dispatch("complete", tasks, "--recover");
        CommandRun again = dispatch("complete", tasks, "--recover");

        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.json().get("tasks").asInt()).isEqualTo(5);
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.json().get("tasks").asInt()).isZero();
        assertThat(again.json().get("restored").asInt()).isZero();
        assertThat(again.err())
                .contains("Input complete.ndjson has no task behind that line: it was dispatched completely before.\n");
    }

    @Test
    void handOverAndDrainToExcludeEachOther() throws IOException {
        Path tasks = Files.write(directory.resolve("both.ndjson"), LINES.subList(0, 5));

        CommandRun both = dispatch(
                "both",
                tasks,
                "--hand-over",
                "--drain-to",
                directory.resolve("left").toString());

        assertThat(both.exitCode()).isEqualTo(2);
        assertThat(both.err())
                .isEqualTo(
                        "taskqueue: --hand-over leaves the remaining tasks on the topic and --drain-to writes them to a"
                                + " file, but both were given: the tasks would be done twice. Omit one of them.\n");
    }

    @Test
    void linesOfAPipeThatWereNotInTheQueueAtTheHandOverAreNamedAsAFailure() throws Exception {
        try (ChildJvm dispatch =
                child("pipe", Path.of("-"), "--hand-over", "--grace", "0s", "--workers", "1", "--work-time", "10m")) {
            dispatch.input().write(String.join("\n", LINES).getBytes(StandardCharsets.UTF_8));
            dispatch.input().write('\n');
            dispatch.input().flush();
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> positionOf("pipe") >= 514);

            dispatch.terminate();

            assertThat(dispatch.awaitEnd()).as(dispatch.output()).isEqualTo(1);
            assertThat(dispatch.output())
                    .contains(
                            "taskqueue: 87 tasks remained, of lines 514-600: they were read from the pipe and were not in"
                                    + " the queue when it was handed over. Pass those lines again.");
            assertThat(result(dispatch).get("handedOver").asInt()).isEqualTo(513);
        }
    }

    /** Leaves all tasks of the file in the queue, as a dispatcher that hands it over at once. */
    private static void leaveTasks(String queueName, Path tasks, String topic) throws Exception {
        try (TaskQueue<String> queue = TaskQueue.<String>builder(queueName).build();
                ReplicationSource<String> source = ReplicationSource.builder(queue, TaskFileReader.PAYLOAD)
                        .kafka(Map.of("bootstrap.servers", broker.bootstrapServers()))
                        .topic(topic)
                        .start();
                TaskFileReader reader =
                        TaskFileReader.open(tasks.toString(), TaskFileReader.Settings.defaults(), message -> {})) {
            int count = 0;
            for (Optional<TaskLine> line = reader.next(); line.isPresent(); line = reader.next()) {
                queue.enqueue(line.get().json(), line.get().key().text());
                count++;
            }
            assertThat(source.handOver(Duration.ZERO).tasks()).isEqualTo(count);
        }
    }

    private static long positionOf(String queue) {
        return DispatchStopsInOrderTest.positionOf(queue, broker);
    }

    private static long epochOf(String queue) {
        for (JsonNode line : CommandRun.of(
                        "status", "--bootstrap-server", broker.bootstrapServers(), "--output", "json")
                .json()
                .get("queues")) {
            if (line.get("queue").asText().equals(queue)) {
                return line.get("epoch").asLong();
            }
        }
        throw new AssertionError("no queue " + queue);
    }

    private static CommandRun dispatch(String queue, Path tasks, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--output", "json"));
        arguments.addAll(List.of(more));
        return CommandRun.dispatch(broker.bootstrapServers(), queue, tasks, arguments.toArray(String[]::new));
    }

    private static ChildJvm child(String queue, Path tasks, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "dispatch",
                "--bootstrap-server",
                broker.bootstrapServers(),
                "--queue",
                queue,
                "--tasks",
                tasks.toString(),
                "--output",
                "json"));
        arguments.addAll(List.of(more));
        return ChildJvm.start(
                directory.resolve(queue + ".txt"), TaskQueueCommand.class, arguments.toArray(String[]::new));
    }

    private static JsonNode result(ChildJvm dispatch) throws IOException {
        String json = dispatch.output()
                .lines()
                .filter(line -> line.startsWith("{\"queue\""))
                .reduce((first, second) -> second)
                .orElseThrow(() -> new AssertionError("no result"));
        return new ObjectMapper().readTree(json);
    }
}
