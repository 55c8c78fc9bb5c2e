package io.taskqueue.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.cli.ChildJvm;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.TaskQueueCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {

    /** A part that waits for another one that has stopped before it takes longer. */
    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    @Test
    void countsOfAFewHundredTasksMatch() throws Exception {
        Path tasks = Files.write(
                directory.resolve("tasks.ndjson"),
                IntStream.range(0, 300).mapToObj(n -> "{\"n\":" + n + "}").toList());

        CommandRun demo = CommandRun.of("demo", "--tasks", tasks.toString(), "--fail-rate", "0.3", "--output", "json");

        assertThat(demo.exitCode()).as(demo.err()).isZero();
        assertThat(demo.err())
                .contains("Diagnostics of the dispatcher: http://127.0.0.1:", "Diagnostics of the sink: ");
        JsonNode numbers = demo.json();
        assertThat(fields(numbers))
                .isEqualTo("tasks events published applied killed successor effects target replay seconds");
        long published = numbers.get("published").asLong();
        assertThat(numbers.get("tasks").asInt()).isEqualTo(300);
        assertThat(numbers.get("events").get("Enqueued").asInt()).isEqualTo(300);
        assertThat(fields(numbers.get("killed"))).isEqualTo("published live");
        assertThat(numbers.get("killed").get("live").asInt()).isBetween(1, 300);
        assertThat(fields(numbers.get("successor"))).isEqualTo("restored emitted published");
        assertThat(numbers.get("successor").get("restored"))
                .isEqualTo(numbers.get("killed").get("live"));
        assertThat(numbers.get("events").get("Failed").asInt()).isPositive();
        assertThat(numbers.get("events").get("LeaseExpired").asInt()).isPositive();
        assertThat(numbers.get("events").has("SourceStarted")).isFalse();
        assertThat(numbers.get("applied").asLong()).isEqualTo(published);
        assertThat(fields(numbers.get("effects"))).isEqualTo("run reused");
        assertThat(numbers.get("effects").get("run").asLong()).isEqualTo(published);
        assertThat(fields(numbers.get("target"))).isEqualTo("calls keys");
        assertThat(numbers.get("target").get("keys").asLong()).isEqualTo(published);
        assertThat(fields(numbers.get("replay"))).isEqualTo("events run reused failed parked missing targetCalls");
        assertThat(numbers.get("replay").get("reused").asLong()).isEqualTo(published);
        assertThat(numbers.get("replay").get("targetCalls").asLong()).isZero();
    }

    @Test
    void keptDemoHasSomethingToLookAtAndToRedriveAndStopsInOrder() throws Exception {
        Path tasks = Files.writeString(directory.resolve("tasks.ndjson"), "1\n2\n3\n");
        try (ChildJvm demo = ChildJvm.start(
                        directory.resolve("out.txt"),
                        TaskQueueCommand.class,
                        "demo",
                        "--tasks",
                        tasks.toString(),
                        "--keep")
                .awaitOutput("Everything keeps running (--keep). Press Ctrl-C to stop.")) {
            Path temporary = demo.output()
                    .lines()
                    .filter(line -> line.startsWith("Starting a Kafka broker in "))
                    .map(line -> Path.of(line.substring("Starting a Kafka broker in ".length(), line.length() - 4)))
                    .findFirst()
                    .orElseThrow();
            assertThat(temporary).isDirectory();
            DemoConsole console = DemoConsole.of(demo.output());

            JsonNode parked = console.awaitItem("parked?sink=billing", task -> true);
            assertThat(parked.get("error").textValue()).contains("402 Payment Required");
            assertThat(console.redrive("billing", parked.get("taskId").textValue())
                            .get("executed")
                            .booleanValue())
                    .isTrue();
            JsonNode payment = console.awaitData(
                    "task?id=" + parked.get("taskId").textValue(),
                    task -> task.findValuesAsText("sink").contains("billing"));
            assertThat(payment.at("/life/task/phase").textValue()).isEqualTo("completed");
            JsonNode failed = console.awaitItem(
                    "tasks?queue=emails&phase=completed&text=smtp.421",
                    task -> task.get("attempt").intValue() == 3);
            assertThat(console
                            .awaitData("task?id=" + failed.get("taskId").textValue(), task -> true)
                            .at("/life/events")
                            .findValuesAsText("error")
                            .stream()
                            .filter(error -> error.contains("421 4.7.0")))
                    .hasSizeGreaterThanOrEqualTo(2);
            assertThat(console.awaitItem("queues?sort=oldest&text=thumbnails", row -> true)
                            .at("/queue/name")
                            .textValue())
                    .isEqualTo("thumbnails");
            assertThat(console.awaitData("sink?name=search-index", sink -> true)
                            .at("/positions/total")
                            .intValue())
                    .isGreaterThan(1);

            int shown = demo.output().length();
            long begin = System.nanoTime();
            demo.terminate();

            assertThat(demo.awaitEnd()).isEqualTo(143);
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .as("2 to 5 s on a machine that has nothing else to do")
                    .isLessThan(STOPPED_WITHIN);
            assertThat(temporary).doesNotExist();
            assertThat(demo.output().substring(shown).lines())
                    .filteredOn(
                            line -> !line.contains("402 Payment Required")) // the traffic continues until the signal
                    // warnings of libraries, which a user does not see unless they are asked for
                    .filteredOn(line -> !line.contains(" WARN  o.a.k."))
                    .noneMatch(line -> line.contains(" WARN ") || line.contains(" ERROR "));
        }
    }

    private static String fields(JsonNode object) {
        StringBuilder names = new StringBuilder();
        for (Iterator<String> each = object.fieldNames(); each.hasNext(); ) {
            names.append(names.isEmpty() ? "" : " ").append(each.next());
        }
        return names.toString();
    }
}
