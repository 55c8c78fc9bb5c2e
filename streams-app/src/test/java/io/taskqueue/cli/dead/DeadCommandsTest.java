package io.taskqueue.cli.dead;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.TestTopics;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An operator lists, shows and retries the dead tasks of a queue by commands, with and without a running dispatcher. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(120)
class DeadCommandsTest {

    private static final Map<String, String> HOST = Map.of("host", "shop-7");

    @AutoClose
    private static EmbeddedKafka broker;

    private static String server;
    private static TaskId timedOut;
    private static TaskId refused;
    private static TaskId done;
    private static long epoch;

    @BeforeAll
    static void leaveTwoDeadTasks(@TempDir Path directory) throws Exception {
        broker = EmbeddedKafka.start(directory, 0);
        server = broker.bootstrapServers();
        TestTopics.create(server, 2);
        try (var queue = queue();
                var source = source(queue, "dispatcher-a")) {
            epoch = source.epoch();
            timedOut = die(queue, "{\"order\": 1}", new TaskError("timeout", "no answer\nfrom the shop", HOST));
            refused = die(queue, "2", TaskError.of("refused"));
            done = queue.enqueue("3");
            queue.lease().complete();
            source.replicated().get(30, SECONDS);
        }
    }

    private static TaskQueue<String> queue() {
        return TaskQueue.<String>builder("orders")
                .closeGrace(Duration.ZERO)
                .maxAttempts(2)
                .build();
    }

    private static ReplicationSource<String> source(TaskQueue<String> queue, String peer) throws Exception {
        return ReplicationSource.builder(queue, PayloadCodec.jsonText())
                .kafka(Map.of("bootstrap.servers", server))
                .sourcePeer(peer)
                .start();
    }

    private static TaskId die(TaskQueue<String> queue, String payload, TaskError error) throws Exception {
        TaskId id = queue.enqueue(payload);
        queue.lease().fail(error);
        queue.lease().fail(error);
        return id;
    }

    private static CommandRun dead(String command, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("dead", command, "--bootstrap-server", server, "--queue", "orders"));
        arguments.addAll(List.of(more));
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    @Test
    @Order(1)
    void listHasALineForEachTaskThatFitsATerminal() {
        CommandRun list = dead("list");

        assertThat(list.exitCode()).as(list.err()).isZero();
        assertThat(list.out().lines().limit(5).toList()).allMatch(line -> line.length() <= 100);
        assertThat(list.out().lines().toList())
                .anyMatch(line -> line.matches(timedOut + " +\\d{4}-.*Z +2  " + epoch + "/7 +\\d+"))
                .contains("    timeout: no answer\\u000afrom the shop")
                .contains("2 dead tasks.")
                .contains("For the details of a task: taskqueue dead show --bootstrap-server " + server
                        + " --queue orders --task TASK");
        JsonNode json = dead("list", "--output", "json").json();
        assertThat(json.get("queue").asText()).isEqualTo("orders");
        assertThat(json.get("firstPosition").asText()).isEqualTo(epoch + "/0");
        assertThat(json.has("next")).isFalse();
        assertThat(json.get("tasks")).hasSize(2);
        JsonNode first = json.get("tasks").get(0);
        assertThat(first.get("task").asText()).isEqualTo(timedOut.toString());
        assertThat(first.get("position").asText()).isEqualTo(epoch + "/7");
        assertThat(first.get("attempts").asInt()).isEqualTo(2);
        assertThat(first.get("error").get("code").asText()).isEqualTo("timeout");
        assertThat(first.has("value")).isFalse();
    }

    @Test
    @Order(1)
    void tasksAreSelectedByIdentityErrorTimeAndPage() {
        assertThat(tasks("--task", timedOut.toString())).containsExactly(timedOut.toString());
        assertThat(tasks("--task", refused.epoch() + "/" + refused.sequenceId()))
                .containsExactly(refused.toString());
        assertThat(tasks("--error-code", "timeout")).containsExactly(timedOut.toString());
        assertThat(tasks("--since", "2020-01-01T00:00:00Z")).hasSize(2);
        assertThat(tasks("--until", "2020-01-01T00:00:00Z")).isEmpty();
        JsonNode page = dead("list", "--limit", "1", "--output", "json").json();
        assertThat(page.get("tasks")).hasSize(1);
        String next = page.get("next").asText();
        assertThat(tasks("--from-offset", next)).containsExactly(refused.toString());
        assertThat(dead("list", "--limit", "1").out())
                .contains("There are further ones. To list them, add --from-offset " + next + ".");
        assertThat(dead("list", "--error-code", "none").out()).contains("No selected task of queue orders is dead.");
    }

    private static List<String> tasks(String... options) {
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("--output", "json"));
        CommandRun list = dead("list", arguments.toArray(String[]::new));
        assertThat(list.exitCode()).as(list.err()).isZero();
        List<String> tasks = new ArrayList<>();
        list.json().get("tasks").forEach(task -> tasks.add(task.get("task").asText()));
        return tasks;
    }

    @Test
    @Order(1)
    void showPrintsATaskInFull() {
        CommandRun show = dead("show", "--task", timedOut.toString());

        assertThat(show.exitCode()).as(show.err()).isZero();
        assertThat(show.out())
                .contains("Task         " + timedOut)
                .contains(", event " + epoch + "/7, at offset ")
                .contains("Attempts     2")
                .contains("Error        timeout: no answer\\u000afrom the shop")
                .contains("             host: shop-7")
                .contains("Payload      {\"order\": 1}")
                .contains("To retry:  taskqueue dead retry --bootstrap-server " + server + " --queue orders --task "
                        + timedOut + " --execute");
        JsonNode json =
                dead("show", "--task", timedOut.toString(), "--output", "json").json();
        assertThat(json.get("tasks").get(0).get("value").get("order").asInt()).isEqualTo(1);
    }

    @Test
    @Order(1)
    void invalidOptionsAreRefused() {
        assertUsage(dead("retry"), "No tasks are selected. Pass --task, --error-code, --since or --until, or --all.");
        assertUsage(
                dead("retry", "--all", "--error-code", "timeout"),
                "--all selects every dead task of the queue, but --task, --error-code, --since or --until was given as well."
                        + " Omit one of them.");
        assertUsage(
                dead("retry", "--all", "--wait", "1s"),
                "--wait waits for an order that --execute writes. Pass --wait with --execute.");
        assertUsage(
                dead("list", "--since", "yesterday"),
                "Invalid value for option '--since': 'yesterday' is not a time with a UTC offset. Write it as"
                        + " 2026-11-23T09:30:00Z or 2026-11-23T10:30:00+01:00.");
        assertUsage(
                dead("list", "--since", "2026-11-23T09:30:00Z", "--until", "2026-11-23T09:30:00Z"),
                "--since 2026-11-23T09:30:00Z is not before --until 2026-11-23T09:30:00Z, so no task is selected. Exchange"
                        + " them.");
        assertUsage(
                dead("list", "--limit", "10001"),
                "Invalid value for option '--limit': '10001' is more than 10,000. Use at most that, and --from-offset for"
                        + " the next page.");
        assertUsage(
                dead("show", "--task", "42"),
                "--task: '42' is not a task. Write it as it is listed, QUEUE/EPOCH/SEQUENCE");
        assertUsage(CommandRun.of("dead"), "A command is required after `dead`. Choose list, show or retry.");
    }

    private static void assertUsage(CommandRun run, String message) {
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("taskqueue: " + message).doesNotContain("Exception");
    }

    @Test
    @Order(1)
    void aTaskThatIsNotDeadIsRefusedWithItsLatestEvent() {
        assertRefused(
                dead("retry", "--task", done.toString(), "--execute"),
                "Task " + done + " is not dead: its latest event is Completed " + epoch + "/17 at offset ");
        assertRefused(
                dead("retry", "--task", "orders/1/99", "--execute"),
                "Task orders/1/99 has no event in partition taskqueue.events-");
        assertRefused(
                dead("list", "--task", refused.toString(), "--error-code", "timeout"),
                "Task " + refused + " is dead since DeadLettered " + epoch + "/14 at offset ");
    }

    @Test
    @Order(1)
    void aQueueThatIsNotInTheRegistryIsRefused() {
        CommandRun run = CommandRun.of("dead", "list", "--bootstrap-server", server, "--queue", "nobody");

        assertRefused(
                run,
                "Queue nobody is not in registry taskqueue.sources: no source of it has been started on this cluster. Check the"
                        + " queue's name, the registry topic and the cluster.");
    }

    private static void assertRefused(CommandRun run, String message) {
        assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(run.err()).contains("taskqueue: " + message).doesNotContain("Exception");
    }

    @Test
    @Order(2)
    void withoutExecuteNothingChanges() throws Exception {
        CommandRun plan = dead("retry", "--all");

        assertThat(plan.exitCode()).as(plan.err()).isZero();
        assertThat(plan.out())
                .contains("They are put back into the queue, with their attempts again.")
                .contains("This is the plan; nothing was changed. Add --execute to carry it out.");
        assertThat(dead("retry", "--all", "--output", "json")
                        .json()
                        .get("executed")
                        .asBoolean())
                .isFalse();
        try (var queue = queue();
                var source = source(queue, "dispatcher-b")) {
            assertThat(source.queue().tryLease()).isEmpty();
        }
    }

    @Test
    @Order(3)
    void anOrderWaitsForTheNextDispatcher() throws Exception {
        CommandRun ordered = dead("retry", "--task", timedOut.toString(), "--execute", "--wait", "1ms");
        assertThat(ordered.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(ordered.out())
                .contains(
                        "Ordered, but the order is not executed after 1ms. The last owner of the queue is dispatcher-b (epoch ")
                .contains(
                        "It executes the order if it is running and reaches Kafka; otherwise the next dispatcher of the queue"
                                + " does, when it starts.");

        try (var queue = queue();
                var source = source(queue, "dispatcher-c")) {
            Lease<String> lease = queue.lease(Duration.ofSeconds(20)).orElseThrow();
            assertThat(lease.task().id()).isEqualTo(timedOut);
            lease.complete();
            source.replicated().get(30, SECONDS);
        }
        assertThat(tasks()).containsExactly(refused.toString());
    }

    @Test
    @Order(4)
    void aRunningDispatcherTakesTheOrder() throws Exception {
        try (var queue = queue();
                var source = source(queue, "dispatcher-d")) {
            CommandRun taken = dead("retry", "--all", "--execute", "--by", "anna");

            assertThat(taken.exitCode()).as(taken.err() + taken.out()).isZero();
            assertThat(taken.out().lines().toList())
                    .contains("Taken by dispatcher-d (epoch " + source.epoch()
                            + "): 1 task is in the queue again, Restored event " + source.epoch() + "/1.");
            Lease<String> lease = queue.lease(Duration.ofSeconds(20)).orElseThrow();
            assertThat(lease.task().id()).isEqualTo(refused);
            lease.fail(TaskError.of("again"), false);
            source.replicated().get(30, SECONDS);

            assertThat(dead("show", "--all").exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(dead("show").out()).contains("Attempts     3, of which 1 since it was retried");
            CommandRun again = dead("retry", "--all", "--execute", "--output", "json");
            JsonNode json = again.json();
            assertThat(json.get("waitingOrders").asInt()).isZero();
            assertThat(json.get("orders")).hasSize(1);
            assertThat(json.get("outcomes").get(0).get("restored").asText()).startsWith(source.epoch() + "/");
            assertThat(json.get("outcomes").get(0).get("executedBy").asText()).isEqualTo("dispatcher-d");
            queue.lease(Duration.ofSeconds(20)).orElseThrow().complete();
            source.replicated().get(30, SECONDS);
            assertThat(dead("retry", "--all", "--execute").out()).contains("No task of queue orders is dead.");
        }
    }
}
