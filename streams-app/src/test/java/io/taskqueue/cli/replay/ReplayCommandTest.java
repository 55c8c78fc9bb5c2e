package io.taskqueue.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskqueue.cli.ChildJvm;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.TaskQueueCommand;
import io.taskqueue.cli.TestTopics;
import io.taskqueue.cli.demo.LedgerTarget;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.embedded.EmbeddedKafka;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.tools.consumer.group.ConsumerGroupCommand;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Replays of a sink that first called its target for completed tasks only: what they call, and their receipts. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReplayCommandTest {

    private static final int TASKS = 20;
    private static final int EVENTS = 3 * TASKS;
    private static final int PARTITIONS = 2;

    @TempDir
    static Path directory;

    @AutoClose
    private static EmbeddedKafka broker;

    @AutoClose
    private static LedgerTarget target;

    @BeforeAll
    static void runTheSinkForCompletedTasks() throws Exception {
        broker = EmbeddedKafka.start(directory.resolve("broker"), 0);
        TestTopics.create(broker.bootstrapServers(), PARTITIONS);
        target = LedgerTarget.start();
        Path tasks = Files.writeString(directory.resolve("tasks.ndjson"), "{\"n\":1}\n".repeat(TASKS));
        CommandRun dispatch = CommandRun.dispatch(broker.bootstrapServers(), "orders", tasks);
        assertThat(dispatch.exitCode()).as(dispatch.err()).isZero();
        CommandRun first = sink("--sink-config", "kinds=Completed");
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.json().has("replay")).isFalse();
        assertThat(target.calls()).isEqualTo(TASKS);
    }

    @Test
    @Order(1)
    void withoutAReplayThereIsNoReceipt() {
        CommandRun receipt = replay("--receipt");

        assertThat(receipt.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(receipt.err()).contains("There is no receipt of a replay of sink books");
    }

    @Test
    @Order(2)
    void planPrintsWhatWouldRunAndChangesNothing() {
        CommandRun plan =
                replay("--to-earliest", "--mode", "rerun", "--select", "kind=Enqueued", "--select", "queue=orders");

        assertThat(plan.exitCode()).as(plan.err()).isZero();
        assertThat(plan.out())
                .startsWith("Replay 1 of sink books from topic taskqueue.events: rerun of queue=orders,kind=Enqueued")
                .contains(TASKS + " events from this start on match the selection.")
                .contains("This is the plan; nothing was changed. Add --execute to carry it out.");
        assertThat(sink().json().get("applied").asLong()).isZero();
        assertThat(replay("--to-earliest").out()).startsWith("Replay 1 of ");
    }

    @Test
    @Order(2)
    void selectionThatMatchesNothingIsReported() {
        for (String clause : List.of("queue=no-such", "task=orders/1/999", "from=99/0", "to=2001-01-01T00:00:00Z")) {
            assertThat(replay("--to-earliest", "--mode", "rerun", "--select", clause)
                            .out())
                    .as(clause)
                    .contains("NO EVENT IS SELECTED: none from this start on matches the selection.");
        }
        CommandRun refused = replay("--to-earliest", "--mode", "fill-gaps", "--select", "queue=no-such", "--execute");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(refused.err())
                .endsWith(
                        """
                        taskqueue: The replay would select no event: none of topic taskqueue.events from its start on matches \
                        queue=no-such. Nothing was changed. Correct --select, or choose an earlier start.
                        """);
        assertThat(replay("--to-earliest").out()).as("nothing was ordered").startsWith("Replay 1 of ");
    }

    @Test
    @Order(3)
    void effectsWithoutResultAreReportedAsMissing() {
        CommandRun ordered = replay("--to-earliest", "--execute");
        assertThat(ordered.exitCode()).as(ordered.err()).isZero();
        CommandRun sink = sink();

        assertThat(sink.exitCode()).as(sink.err()).isZero();
        counts(sink.json().get("replay").get("counts"), TASKS, 0, 2 * TASKS);
        CommandRun receipt = replay("--receipt");
        assertThat(receipt.exitCode()).isZero();
        assertThat(receipt.out())
                .startsWith("Replay 1 of sink books: recorded-only, all events, ordered by ")
                .contains(
                        "40 EFFECTS HAVE NO RECORDED RESULT and did not run. A replay with --mode fill-gaps runs them.")
                .doesNotContain("not complete");
        assertThat(receipt.out().lines().filter(line -> line.endsWith("  complete")))
                .as("a partition with events, and all")
                .hasSize(2);
        assertThat(receipt.out()).contains(PARTITIONS - 1 + " partition");
        assertThat(replay("--to-earliest").out()).contains(PARTITIONS - 1 + " partition", " had none.");
        CommandRun failing = replay("--receipt", "--fail-on-missing", "--output", "json");
        assertThat(failing.exitCode()).isEqualTo(ExitCode.FAILED);
        JsonNode report = failing.json();
        assertThat(report.get("number").asInt()).isEqualTo(1);
        assertThat(report.get("complete").asBoolean()).isTrue();
        counts(report.get("counts"), TASKS, 0, 2 * TASKS);
        assertThat(report.get("partitions")).hasSize(PARTITIONS);
        assertThat(target.calls()).isEqualTo(TASKS);
    }

    @Test
    @Order(4)
    void fillGapsRunsSelectedMissingEffectsUnderTheFirstKeys() {
        replay("--to-earliest", "--mode", "fill-gaps", "--select", "kind=Enqueued", "--execute");

        CommandRun sink = sink();

        JsonNode report = sink.json().get("replay");
        assertThat(report.get("mode").asText()).isEqualTo("fill-gaps");
        counts(report.get("counts"), TASKS, TASKS, TASKS);
        assertThat(target.calls()).isEqualTo(2 * TASKS);
        assertThat(target.keys()).isEqualTo(2 * TASKS);
    }

    @Test
    @Order(5)
    void waitReturnsWhenTheSinkHasCompletedTheRerun() throws Exception {
        JsonNode replay;
        try (ChildJvm waiting = ChildJvm.start(
                        directory.resolve("waiting.txt"),
                        TaskQueueCommand.class,
                        "replay",
                        "--bootstrap-server",
                        broker.bootstrapServers(),
                        "--name",
                        "books",
                        "--to-earliest",
                        "--mode",
                        "rerun",
                        "--select",
                        "kind=Completed",
                        "--execute",
                        "--wait",
                        "60s",
                        "--output",
                        "json")
                .awaitOutput("The offsets were moved. Start the sink: it reads ")) {
            assertThat(sink().exitCode()).isZero();
            assertThat(waiting.awaitEnd()).as(waiting.output()).isZero();
            replay = new ObjectMapper()
                    .readTree(
                            waiting.output().substring(waiting.output().lastIndexOf("{\"name\":\"books\",\"topic\"")));
        }

        JsonNode receipt = replay.get("receipt");
        assertThat(replay.get("number").asInt()).isEqualTo(3);
        assertThat(receipt.get("complete").asBoolean()).isTrue();
        counts(receipt.get("counts"), TASKS, TASKS, TASKS);
        assertThat(target.calls()).isEqualTo(3 * TASKS);
        assertThat(target.keys()).isEqualTo(3 * TASKS);
        CommandRun text = replay("--receipt");
        assertThat(text.out())
                .startsWith("Replay 3 of sink books: rerun of kind=Completed, ordered by ")
                .contains("all           60           20           20            0            0           20");
    }

    @Test
    @Order(6)
    void resultsOfBothGenerationsAreKept() {
        CommandRun all = results("--limit", "3");
        assertThat(all.exitCode()).as(all.err()).isZero();
        assertThat(all.json().get("effects")).hasSize(3);
        assertThat(all.json().get("notShown").asInt()).isEqualTo(2 * TASKS - 3);

        JsonNode reruns = results("--reruns").json().get("effects");
        assertThat(reruns).hasSize(TASKS);
        assertThat(reruns).allSatisfy(effect -> {
            assertThat(effect.get("queue").asText()).isEqualTo("orders");
            assertThat(effect.get("effect").asText()).isEqualTo("post");
            assertThat(effect.get("results"))
                    .extracting(result -> result.get("generation").asInt())
                    .containsExactly(0, 3);
            assertThat(effect.get("results"))
                    .allSatisfy(
                            result -> assertThat(result.get("state").asText()).isEqualTo("done"));
        });
        String event = reruns.get(0).get("position").asText();
        assertThat(results("--queue", "orders", "--event", event).json().get("effects"))
                .hasSize(1);
        assertThat(results("--queue", "other").json().get("effects")).isEmpty();
        assertThat(results("--reruns", "--output", "text").out())
                .endsWith("Sink books: 20 effects found (more than one generation).\n");
        assertThat(results("--queue", "orders", "--output", "text").out())
                .endsWith("Sink books: 40 effects found (of queue orders).\n");
        assertThat(results("--output", "text").out()).endsWith("Sink books: 40 effects recorded.\n");
    }

    @Test
    @Order(7)
    void replayThatIsNotCompleteInTimeIsReported() {
        CommandRun replay = replay("--to-earliest", "--mode", "rerun", "--select", "all", "--execute", "--wait", "1s");

        assertThat(replay.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(replay.out()).contains("NOT COMPLETE", "not begun");
    }

    @Test
    @Order(8)
    void offsetResetByKafkasToolCancelsTheOrderAndRunsNothing() throws Exception {
        try (ChildJvm reset = ChildJvm.start(
                directory.resolve("reset.txt"),
                ConsumerGroupCommand.class,
                "--bootstrap-server",
                broker.bootstrapServers(),
                "--group",
                "books",
                "--all-topics",
                "--reset-offsets",
                "--to-earliest",
                "--execute")) {
            assertThat(reset.awaitEnd()).as(reset.output()).isZero();
            assertThat(reset.output()).contains("books.control");
        }

        CommandRun sink = sink();

        JsonNode report = sink.json().get("replay");
        assertThat(report.get("number").asInt()).isZero();
        assertThat(report.get("mode").asText()).isEqualTo("recorded-only");
        counts(report.get("counts"), 2 * TASKS, 0, TASKS);
        assertThat(target.calls()).isEqualTo(3 * TASKS);
        assertThat(replay("--receipt").out())
                .startsWith(
                        "Replay of sink books without an order (offsets were moved by another tool), so no effect ran; begun at ");
        assertThat(replay("--to-earliest").out()).as("numbers continue").startsWith("Replay 5 of ");
    }

    private static void counts(JsonNode counts, long reused, long run, long missing) {
        assertThat(counts.get("events").asLong()).isEqualTo(EVENTS);
        assertThat(counts.get("reused").asLong()).isEqualTo(reused);
        assertThat(counts.get("run").asLong()).isEqualTo(run);
        assertThat(counts.get("missing").asLong()).isEqualTo(missing);
        assertThat(counts.get("failed").asLong()).isZero();
        assertThat(counts.get("parked").asLong()).isZero();
    }

    private static CommandRun replay(String... more) {
        return run(List.of("replay", "--bootstrap-server", broker.bootstrapServers(), "--name", "books"), more);
    }

    private static CommandRun results(String... more) {
        List<String> same = List.of("results", "--bootstrap-server", broker.bootstrapServers(), "--name", "books");
        List<String> format = List.of(more).contains("--output") ? List.of() : List.of("--output", "json");
        return run(Stream.concat(same.stream(), format.stream()).toList(), more);
    }

    private static CommandRun sink(String... more) {
        return run(
                List.of(
                        "sink",
                        "--bootstrap-server",
                        broker.bootstrapServers(),
                        "--name",
                        "books",
                        "--sink",
                        "http",
                        "--sink-config",
                        "url=" + target.uri(),
                        "--state-dir",
                        directory.resolve("state").toString(),
                        "--until-idle",
                        "200ms",
                        "--output",
                        "json"),
                more);
    }

    private static CommandRun run(List<String> arguments, String... more) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of(more));
        return CommandRun.of(all.toArray(String[]::new));
    }
}
