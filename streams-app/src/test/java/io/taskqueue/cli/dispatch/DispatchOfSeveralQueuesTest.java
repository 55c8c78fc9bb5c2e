package io.taskqueue.cli.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskqueue.cli.ChildJvm;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.TaskQueueCommand;
import io.taskqueue.embedded.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each line of an input goes to exactly one of several queues, also over a stop and a recovery. */
@Timeout(180)
class DispatchOfSeveralQueuesTest {

    @TempDir
    private static Path directory;

    @AutoClose
    private static EmbeddedKafka broker;

    @BeforeAll
    static void start() throws IOException {
        broker = EmbeddedKafka.start(directory.resolve("broker"), 0);
    }

    @Test
    void linesGoToTheNamedQueuesInTurn() throws Exception {
        Path tasks = Files.writeString(directory.resolve("turn.ndjson"), "1\n2\n3\n4\n5\n");

        CommandRun run = CommandRun.of(arguments(tasks, "--queue", "turn-a", "--queue", "turn-b"));

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(completed(run.out())).containsExactly(Map.entry("turn-a", 3), Map.entry("turn-b", 2));
    }

    @Test
    void linesGoToTheQueueThatTheyNameAndThoseThatNameNoneAreReportedOnce() throws Exception {
        Path tasks = Files.writeString(
                directory.resolve("tenants.ndjson"),
                """
                {"tenant":"field-acme","n":1}
                {broken
                {"tenant":"field-beta","n":2}
                {"tenant":"field-acme","n":3}
                {"tenant":42,"n":4}
                """);

        CommandRun run = CommandRun.of(arguments(tasks, "--queue-field", "tenant", "--skip-invalid"));

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(completed(run.out()))
                .containsExactly(Map.entry("42", 1), Map.entry("field-acme", 2), Map.entry("field-beta", 1));
        assertThat(run.err()).containsOnlyOnce("Line 2 is not a valid task").contains("field-acme: Line 2");
    }

    @Test
    void stoppedRunHandsOverAndItsSuccessorDispatchesEveryLineOnce() throws Exception {
        Path tasks = Files.writeString(
                directory.resolve("handed.ndjson"),
                IntStream.range(0, 400).mapToObj(n -> n + "\n").collect(Collectors.joining()));
        List<String> options = List.of("--queue", "handed-a", "--queue", "handed-b", "--recover", "--hand-over");
        Map<String, Integer> first;
        try (ChildJvm dispatch = ChildJvm.start(
                directory.resolve("handed.out"),
                TaskQueueCommand.class,
                withOptions(tasks, options, "--rate", "50").toArray(String[]::new))) {
            dispatch.awaitOutput("handed-b: dispatching tasks ...");
            dispatch.terminate();
            dispatch.awaitEnd();
            first = completed(dispatch.output());
        }

        CommandRun rest = CommandRun.of(withOptions(tasks, options).toArray(String[]::new));

        assertThat(rest.exitCode()).as(rest.err()).isZero();
        Map<String, Integer> all = completed(rest.out());
        first.forEach((queue, count) -> all.merge(queue, count, Integer::sum));
        assertThat(all).containsExactly(Map.entry("handed-a", 200), Map.entry("handed-b", 200));
    }

    @Test
    void pipeCannotBeReadBySeveralQueues() {
        CommandRun run = CommandRun.of(
                "dispatch",
                "--bootstrap-server",
                broker.bootstrapServers(),
                "--tasks",
                "-",
                "--queue",
                "a",
                "--queue",
                "b");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .isEqualTo(
                        "taskqueue: Several queues read the tasks, each its lines, but - can be read only once. Pass a"
                                + " file, or one --queue.\n");
    }

    @Test
    void queuesThatCannotBeAreRefused() throws Exception {
        Path tasks = Files.writeString(directory.resolve("refused.ndjson"), "{\"n\":1}\n");

        assertThat(refused(tasks))
                .isEqualTo(
                        "taskqueue: No queue was given. Pass --queue QUEUE, or --queue-field FIELD for queues that the"
                                + " lines name.\n");
        assertThat(refused(tasks, "--queue", "a", "--queue-field", "tenant"))
                .isEqualTo(
                        "taskqueue: --queue names the queues and --queue-field takes their names from the lines, but both"
                                + " were given. Omit one of them.\n");
        assertThat(refused(tasks, "--queue", "a", "--queue", "a"))
                .isEqualTo("taskqueue: Queue a was given twice. Pass each --queue once.\n");
        assertThat(refused(tasks, "--queue-field", "tenant"))
                .isEqualTo(
                        "taskqueue: No line of the file of tasks names a queue in the field tenant. Pass the field of"
                                + " --queue-field whose text is the name of the queue.\n");
        assertThat(refused(
                        tasks,
                        "--queue",
                        "a",
                        "--queue",
                        "b",
                        "--drain-to",
                        directory.resolve("left").toString()))
                .isEqualTo(
                        "taskqueue: --drain-to names one file, but there are several queues. Omit it: --hand-over leaves"
                                + " the remaining tasks of each to its next owner.\n");
        assertThat(refused(
                        tasks,
                        "--queue",
                        "a",
                        "--queue",
                        "b",
                        "--unreplicated-to",
                        directory.resolve("u").toString()))
                .isEqualTo(
                        "taskqueue: --unreplicated-to names one file, but there are several queues. Omit it: each queue"
                                + " has a file unreplicated-QUEUE.ndjson in the working directory.\n");
    }

    @Test
    void moreQueuesThanHaveWorkersAreRefused() throws Exception {
        Path tasks = Files.writeString(
                directory.resolve("many.ndjson"),
                IntStream.rangeClosed(0, QueueOptions.MAX_QUEUES)
                        .mapToObj(n -> "{\"tenant\":\"t" + n + "\"}\n")
                        .collect(Collectors.joining()));

        assertThat(refused(tasks, "--queue-field", "tenant"))
                .isEqualTo(
                        "taskqueue: There are more than 256 queues. This command has workers for each; divide the input, or"
                                + " use a SourceGroup in a program.\n");
    }

    private static String refused(Path tasks, String... options) {
        CommandRun run = CommandRun.of(arguments(tasks, options));
        assertThat(run.exitCode()).isEqualTo(2);
        return run.err();
    }

    private static String[] arguments(Path tasks, String... options) {
        return withOptions(tasks, List.of(options)).toArray(String[]::new);
    }

    private static List<String> withOptions(Path tasks, List<String> options, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "dispatch",
                "--bootstrap-server",
                broker.bootstrapServers(),
                "--tasks",
                tasks.toString(),
                "--work-time",
                "1ms",
                "--output",
                "json"));
        arguments.addAll(options);
        arguments.addAll(List.of(more));
        return arguments;
    }

    /** How many tasks each queue completed, from the results, of which each is a line. */
    private static Map<String, Integer> completed(String output) throws IOException {
        Map<String, Integer> completed = new TreeMap<>();
        for (String line :
                output.lines().filter(text -> text.startsWith("{\"queue\"")).toList()) {
            JsonNode result = new ObjectMapper().readTree(line);
            completed.put(
                    result.get("queue").asText(),
                    result.path("events").path("Completed").asInt());
        }
        return completed;
    }
}
