package io.taskqueue.cli.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskqueue.cli.ChildJvm;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.TaskQueueCommand;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.queue.Ticker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Every line of the input has ended, or is named; and what cannot be read is a failure, not a success. */
@Timeout(180)
class DispatchInputTest {

    @TempDir
    private static Path directory;

    @AutoClose
    private static EmbeddedKafka broker;

    @BeforeAll
    static void start() throws IOException {
        broker = EmbeddedKafka.start(directory.resolve("broker"), 0);
    }

    @Test
    void skippedLinesAreCountedAndFailTheCommandUnlessAccepted() throws Exception {
        Path tasks = Files.writeString(directory.resolve("invalid.ndjson"), "1\n{broken\n2\n");

        CommandRun failed = dispatch("invalid", tasks);
        CommandRun accepted = dispatch("invalid", tasks, "--skip-invalid");

        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.err())
                .endsWith(
                        "taskqueue: 1 lines of the input are not valid tasks and were skipped; see the messages above. Correct"
                                + " and dispatch them, or pass --skip-invalid to accept that.\n");
        assertThat(failed.json().get("skipped").asInt()).isEqualTo(1);
        assertThat(failed.json().get("tasks").asInt()).isEqualTo(2);
        assertThat(failed.json().get("nextLine").asInt()).isEqualTo(4);
        assertThat(accepted.exitCode()).as(accepted.err()).isZero();
    }

    @Test
    void strictAndSkipInvalidExcludeEachOther() {
        CommandRun both = dispatch("both", directory.resolve("none"), "--strict", "--skip-invalid");

        assertThat(both.exitCode()).isEqualTo(2);
        assertThat(both.err())
                .isEqualTo(
                        "taskqueue: --strict fails at an invalid line and --skip-invalid accepts it, but both were given. Omit"
                                + " one of them.\n");
    }

    @Test
    void strictDispatchesTheTasksBeforeTheInvalidLine() throws Exception {
        Path tasks = Files.writeString(directory.resolve("strict.ndjson"), "1\n2\n{broken\n4\n");

        CommandRun strict = dispatch("strict", tasks, "--strict");

        assertThat(strict.exitCode()).isEqualTo(1);
        assertThat(strict.err()).contains("taskqueue: Line 3 is not a valid task: ");
        assertThat(strict.json().get("events").get("Completed").asInt()).isEqualTo(2);
        assertThat(strict.json().get("nextLine").asInt()).isEqualTo(3);
        CommandRun rest = dispatch("strict", tasks, "--from-line", "4");
        assertThat(rest.exitCode()).as(rest.err()).isZero();
        assertThat(rest.json().get("tasks").asInt()).isEqualTo(1);
    }

    @Test
    void truncatedGzipFileIsDispatchedUpToItsDamageWhichIsNamed() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            for (int line = 0; line < 20_000; line++) {
                out.write(("{\"n\":" + line * 7919L % 1000003 + "}\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        byte[] whole = bytes.toByteArray();
        Path tasks = Files.write(directory.resolve("cut.gz"), Arrays.copyOf(whole, whole.length / 40));

        CommandRun cut = dispatch("cut", tasks);

        assertThat(cut.exitCode()).isEqualTo(1);
        long read = cut.json().get("events").get("Completed").asLong();
        assertThat(cut.json().get("tasks").asLong()).isEqualTo(read).isPositive();
        assertThat(cut.json().get("nextLine").asLong()).isEqualTo(read + 1);
        assertThat(cut.err())
                .endsWith("taskqueue: The file of tasks could not be read behind line " + read
                        + ": Unexpected end of ZLIB input stream. Check the file, and continue with --from-line "
                        + (read + 1) + ".\n");
    }

    @Test
    void drainFileOfAnEarlierRunIsNotOverwritten() throws Exception {
        Path left = Files.writeString(directory.resolve("left.ndjson"), "1\n");

        CommandRun again = dispatch("again", left, "--drain-to", left.toString());

        assertThat(again.exitCode()).isEqualTo(4);
        assertThat(again.err())
                .isEqualTo("taskqueue: The file " + left
                        + " of --drain-to exists and is not empty: it may contain the tasks that"
                        + " an earlier run left. Dispatch and delete it, or name another one.\n");
        assertThat(left).hasContent("1");
    }

    @Test
    void endlessLineIsSkippedWithLittleMemoryAndTheRestIsDispatched() throws Exception {
        try (ChildJvm dispatch = child("endless", List.of("-Xmx100m"))) {
            write(dispatch, "\"before\"\n");
            byte[] chunk = new byte[1 << 20];
            Arrays.fill(chunk, (byte) 'x');
            for (int megabyte = 0; megabyte < 400; megabyte++) {
                dispatch.input().write(chunk);
            }
            write(dispatch, "\n\"behind\"\n");
            dispatch.input().close();

            assertThat(dispatch.awaitEnd()).as(dispatch.output()).isEqualTo(1);
            assertThat(dispatch.output())
                    .contains(
                            "Line 2 is not a valid task: It has more than the 12,582,912 bytes of --max-line-bytes. The line was"
                                    + " skipped.");
            JsonNode result = result(dispatch);
            assertThat(result.get("events").get("Completed").asInt()).isEqualTo(2);
            assertThat(result.get("skipped").asInt()).isEqualTo(1);
            assertThat(result.get("nextLine").asInt()).isEqualTo(4);
        }
    }

    @Test
    void zerosAreRefused() {
        CommandRun zeros = dispatch("zeros", Path.of("/dev/zero"));

        assertThat(zeros.exitCode()).isEqualTo(2);
        assertThat(zeros.err())
                .endsWith(
                        "taskqueue: The file of tasks (/dev/zero) contains binary data that begins with NUL bytes. Pass JSON"
                                + " lines in UTF-8.\n");
    }

    @Test
    void errorInTheThreadThatReadsEndsTheCommandWithAFailure() throws Exception {
        // a line of 60 MB that may be read, and for whose copies there is no memory
        try (ChildJvm dispatch = child("memory", List.of("-Xmx100m"), "--max-line-bytes", "2000000000")) {
            write(dispatch, "\"before\"\n");
            byte[] chunk = new byte[1 << 20];
            Arrays.fill(chunk, (byte) 'x');
            try {
                for (int megabyte = 0; megabyte < 150; megabyte++) {
                    dispatch.input().write(chunk);
                }
                write(dispatch, "\n\"behind\"\n");
                dispatch.input().close();
            } catch (IOException e) {
                // it has ended by now, as it should
            }

            assertThat(dispatch.awaitEnd()).as(dispatch.output()).isEqualTo(1);
            assertThat(dispatch.output())
                    .contains(
                            "taskqueue: The thread task-enqueuer of this process ended with java.lang.OutOfMemoryError: ");
            JsonNode result = result(dispatch);
            assertThat(result.get("events").get("Completed").asInt()).isEqualTo(1);
            assertThat(result.get("nextLine").asInt()).isEqualTo(2);
        }
    }

    @Test
    void errorInAWorkerEndsTheCommandWithAFailure() throws Exception {
        Path tasks = Files.writeString(directory.resolve("worker.ndjson"), "1\n2\n3\n");
        RandomGenerator broken = () -> {
            throw new StackOverflowError("in a worker");
        };
        List<String> messages = new ArrayList<>();
        StringWriter out = new StringWriter();
        CommandLine command = new CommandLine(new DispatchCommand(broken, Ticker.system()));
        OptionValue.registerDefaults(command);
        command.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(new StringWriter(), true))
                .setExecutionExceptionHandler((failure, failed, parsed) -> {
                    messages.add(failure.getMessage());
                    return ((CommandFailedException) failure).exitCode();
                });

        int exitCode = command.execute(
                "--bootstrap-server",
                broker.bootstrapServers(),
                "--queue",
                "worker",
                "--tasks",
                tasks.toString(),
                "--grace",
                "1s",
                "--output",
                "json");

        assertThat(exitCode).isEqualTo(1);
        assertThat(messages).singleElement().satisfies(message -> assertThat(message)
                .matches(
                        "The thread worker-\\d of this process ended with java.lang.StackOverflowError: in a worker, so the"
                                + " command cannot continue. Start it again; if that repeats, report this message."));
        JsonNode result = new ObjectMapper().readTree(out.toString());
        assertThat(result.get("remaining").get("lines").toString()).isEqualTo("[\"1-3\"]");
    }

    @Test
    void aStopLosesNoLineOfAPipe() throws Exception {
        Path left = directory.resolve("pipe-left.ndjson");
        try (ChildJvm dispatch =
                child("pipe", List.of(), "--work-time", "1s", "--grace", "5s", "--drain-to", left.toString())) {
            for (int line = 1; line <= 700; line++) {
                write(dispatch, line + "\n");
            }
            write(dispatch, "{\"unfin");
            dispatch.input().flush();
            dispatch.awaitOutput("dispatching tasks");
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> positionOf("pipe") >= 512);

            dispatch.terminate();

            assertThat(dispatch.awaitEnd()).isEqualTo(143);
            JsonNode result = result(dispatch);
            List<String> written = Files.readAllLines(left);
            assertThat(result.get("nextLine").asInt()).isEqualTo(701);
            assertThat(result.get("events").path("Completed").asInt() + written.size())
                    .isEqualTo(700);
            assertThat(written.get(written.size() - 1)).isEqualTo("700");
            assertThat(result.get("remaining").get("tasks").asInt()).isEqualTo(written.size());
            assertThat(dispatch.output()).contains("Line 701 was read from the pipe only in part");
        }
    }

    @Test
    void aStopNamesTheLinesThatRemainIfThereIsNoFileForThem() throws Exception {
        try (ChildJvm dispatch = child("named", List.of(), "--work-time", "30s", "--grace", "0s", "--workers", "1")) {
            write(dispatch, "1\n\n2\n3\n");
            dispatch.input().flush();
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> positionOf("named") >= 4);

            dispatch.terminate();

            assertThat(dispatch.awaitEnd()).isEqualTo(143);
            assertThat(dispatch.output())
                    .contains(
                            "3 tasks remained, of lines 1, 3-4. Pass --drain-to FILE to write such tasks to a file, or"
                                    + " --hand-over to leave them to the next dispatcher.");
            JsonNode result = result(dispatch);
            assertThat(result.get("remaining").get("lines").toString()).isEqualTo("[\"1\",\"3-4\"]");
            assertThat(result.get("nextLine").asInt()).isEqualTo(5);
        }
    }

    @Test
    void repeatedFileIsDispatchedUntilAStopAtTheRateThatWasAskedFor() throws Exception {
        Path tasks = Files.writeString(directory.resolve("few.ndjson"), "1\n2\n3\n");
        long begin = System.nanoTime();
        try (ChildJvm dispatch = ChildJvm.start(
                directory.resolve("repeat.txt"),
                TaskQueueCommand.class,
                "dispatch",
                "--bootstrap-server",
                broker.bootstrapServers(),
                "--queue",
                "repeated",
                "--tasks",
                tasks.toString(),
                "--repeat",
                "--rate",
                "50",
                "--output",
                "json")) {
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> positionOf("repeated") >= 90);
            dispatch.terminate();

            assertThat(dispatch.awaitEnd()).isEqualTo(143);
            double seconds = (System.nanoTime() - begin) / 1e9;
            assertThat(result(dispatch).get("tasks").asInt()).isBetween(30, 10 + (int) (50 * seconds));
        }
    }

    @Test
    void aFencedDispatcherEndsWithAFailureThatNamesTheNewOwner() throws Exception {
        try (ChildJvm dispatch = child("fenced", List.of())) {
            write(dispatch, "1\n");
            dispatch.input().flush();
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> positionOf("fenced") >= 3);
            CommandRun newer = dispatch("fenced", Files.createFile(directory.resolve("nothing.ndjson")));
            assertThat(newer.exitCode()).as(newer.err()).isZero();

            dispatch.input().close();

            assertThat(dispatch.awaitEnd()).isEqualTo(1);
            assertThat(dispatch.output()).contains("taskqueue: The source of queue fenced at epoch ");
            assertThat(result(dispatch).has("unreplicated")).isFalse();
        }
    }

    private static long positionOf(String queue) {
        return DispatchStopsInOrderTest.positionOf(queue, broker);
    }

    private static void write(ChildJvm dispatch, String text) throws IOException {
        dispatch.input().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static CommandRun dispatch(String queue, Path tasks, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--output", "json"));
        arguments.addAll(List.of(more));
        return CommandRun.dispatch(broker.bootstrapServers(), queue, tasks, arguments.toArray(String[]::new));
    }

    /** A dispatcher that reads its standard input. */
    private static ChildJvm child(String queue, List<String> javaOptions, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "dispatch",
                "--bootstrap-server",
                broker.bootstrapServers(),
                "--queue",
                queue,
                "--tasks",
                "-",
                "--output",
                "json",
                "--unreplicated-to",
                directory.resolve(queue + ".unreplicated").toString()));
        arguments.addAll(List.of(more));
        return ChildJvm.start(
                directory.resolve(queue + ".txt"),
                javaOptions,
                TaskQueueCommand.class,
                arguments.toArray(String[]::new));
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
