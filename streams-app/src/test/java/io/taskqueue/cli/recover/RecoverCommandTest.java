package io.taskqueue.cli.recover;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.event.TaskError;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.testkit.kafka.TestKafka;
import io.taskqueue.testkit.kafka.UseEmbeddedKafka;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
@UseEmbeddedKafka(topics = "taskqueue.events")
class RecoverCommandTest {

    @TempDir
    private static Path directory;

    private static TestKafka broker;

    /** Its owner runs while the command reads it: a task is pending, one leased, one delayed, and one has ended. */
    @AutoClose
    private static TaskQueue<String> queue;

    @AutoClose
    private static ReplicationSource<String> source;

    @BeforeAll
    static void start(TestKafka kafka) throws Exception {
        broker = kafka;
        queue = TaskQueue.<String>builder("orders")
                .requeueDelay(Duration.ofHours(1))
                .closeGrace(Duration.ZERO)
                .build();
        source = ReplicationSource.builder(queue, PayloadCodec.jsonText())
                .kafka(broker.properties())
                .start();
        for (int order = 1; order <= 4; order++) {
            queue.enqueue("{\"order\":\n" + order + ".50}", "order-" + order);
        }
        queue.lease().complete();
        Lease<String> failed = queue.lease();
        failed.fail(TaskError.of("warehouse.closed", "It is closed until Monday."));
        queue.lease();
        source.replicated().get(30, TimeUnit.SECONDS);
    }

    @Test
    void liveTasksAreWrittenToAFileWithTheirState() throws Exception {
        Path file = directory.resolve("live.ndjson");

        CommandRun recover = recover("--to", file.toString(), "--output", "json");

        assertThat(recover.exitCode()).as(recover.err()).isZero();
        Map<String, JsonNode> tasks = byKey(Files.readAllLines(file));
        assertThat(tasks).containsOnlyKeys("order-2", "order-3", "order-4");
        JsonNode delayed = tasks.get("order-2");
        assertThat(fields(delayed)).isEqualTo("task state attempt enqueuedAt position key availableAt lastError value");
        assertThat(delayed.get("state").asText()).isEqualTo("delayed");
        assertThat(delayed.get("attempt").asInt()).isEqualTo(2);
        assertThat(delayed.get("lastError"))
                .hasToString("{\"code\":\"warehouse.closed\",\"message\":\"It is closed until Monday.\"}");
        JsonNode leased = tasks.get("order-3");
        assertThat(fields(leased)).isEqualTo("task state attempt enqueuedAt position key leaseExpiration value");
        assertThat(leased.get("state").asText()).isEqualTo("leased");
        JsonNode pending = tasks.get("order-4");
        assertThat(fields(pending)).isEqualTo("task state attempt enqueuedAt position key value");
        assertThat(pending.get("task").asText()).matches("orders/\\d+/4");
        assertThat(pending.get("state").asText()).isEqualTo("pending");
        JsonNode result = recover.json();
        assertThat(fields(result))
                .isEqualTo(
                        "queue file tasks pending delayed leased handedOver oldest topic partition from to events seconds"
                                + " lastKey");
        assertThat(result.get("file").asText()).isEqualTo(file.toString());
        assertThat(result.get("tasks").asInt()).isEqualTo(3);
        assertThat(result.get("lastKey").asText()).isEqualTo("order-4");
    }

    @Test
    void withoutAFileTheTasksAreTheOutputAndTheSummaryIsNot() {
        CommandRun recover = recover();

        assertThat(recover.exitCode()).as(recover.err()).isZero();
        assertThat(recover.out().lines()).hasSize(3).allMatch(line -> line.startsWith("{\"task\":\"orders/"));
        assertThat(recover.err())
                .contains("Queue orders has 3 live tasks: 1 pending, 1 delayed, 1 leased, 0 handed over; the oldest was"
                        + " enqueued at ")
                .contains(" of topic taskqueue.events, partition 0, from offset ");
    }

    @Test
    void payloadsCanBeDispatched() throws Exception {
        Path file = directory.resolve("payloads.ndjson");

        CommandRun recover = recover("--payloads", "--to", file.toString());
        CommandRun dispatch = CommandRun.dispatch(broker.bootstrapServers(), "again", file, "--output", "json");

        assertThat(recover.out()).startsWith("Queue orders has 3 live tasks: ").endsWith("They are in " + file + ".\n");
        assertThat(Files.readAllLines(file))
                .containsExactlyInAnyOrder("{\"order\": 2.50}", "{\"order\": 3.50}", "{\"order\": 4.50}");
        assertThat(dispatch.exitCode()).as(dispatch.err()).isZero();
        assertThat(dispatch.json().get("tasks").asInt()).isEqualTo(3);
    }

    @Test
    void theOwnerContinues() throws Exception {
        long before = source.replicatedUpTo().sequence();

        recover();

        assertThat(source.health().ready()).isTrue();
        assertThat(source.replicatedUpTo().sequence()).isEqualTo(before);
    }

    @Test
    void fileIsNotOverwritten() throws Exception {
        Path file = Files.writeString(directory.resolve("kept.ndjson"), "kept");

        CommandRun recover = recover("--to", file.toString());

        assertThat(recover.exitCode()).isEqualTo(4);
        assertThat(recover.err())
                .isEqualTo("taskqueue: The file " + file
                        + " of --to exists, and nothing of it is overwritten. Delete it, or name another one.\n");
        assertThat(file).hasContent("kept");
    }

    @Test
    void fileInAMissingDirectoryIsRefused() {
        Path file = directory.resolve("none").resolve("live.ndjson");

        CommandRun recover = recover("--to", file.toString());

        assertThat(recover.exitCode()).isEqualTo(2);
        assertThat(recover.err())
                .isEqualTo("taskqueue: The directory of " + file
                        + " (--to) does not exist. Create it, or name a file elsewhere.\n");
    }

    @Test
    void queueThatNobodyHasClaimedIsRefused() {
        CommandRun unknown =
                CommandRun.of("recover", "--bootstrap-server", broker.bootstrapServers(), "--queue", "order");
        CommandRun otherRegistry = recover("--registry-topic", "other.sources");

        assertThat(unknown.exitCode()).isEqualTo(4);
        assertThat(unknown.err())
                .isEqualTo(
                        "taskqueue: No source has claimed queue order in registry taskqueue.sources, so it has no tasks."
                                + " Check --queue, --registry-topic and --bootstrap-server; `taskqueue status` lists the queues.\n");
        assertThat(otherRegistry.exitCode()).isEqualTo(4);
        assertThat(otherRegistry.err())
                .startsWith(
                        "taskqueue: No source has claimed queue orders in registry other.sources, so it has no tasks.");
    }

    private static CommandRun recover(String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("recover", "--bootstrap-server", broker.bootstrapServers(), "--queue", "orders"));
        arguments.addAll(List.of(more));
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    private static Map<String, JsonNode> byKey(List<String> lines) throws Exception {
        Map<String, JsonNode> tasks = new HashMap<>();
        for (String line : lines) {
            JsonNode task = new ObjectMapper().readTree(line);
            tasks.put(task.get("key").asText(), task);
        }
        return tasks;
    }

    private static String fields(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return String.join(" ", names);
    }
}
