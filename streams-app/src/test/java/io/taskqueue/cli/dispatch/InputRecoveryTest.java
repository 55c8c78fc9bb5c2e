package io.taskqueue.cli.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.source.recovery.RecoveryReport;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The messages about where the input continues, and which option decides. */
class InputRecoveryTest {

    @TempDir
    Path directory;

    private final List<String> reported = new ArrayList<>();

    @Test
    void fromLineOverridesTheLineOnTheTopicAndSaysSo() throws IOException {
        String first = first(OptionalInt.of(3), Optional.of("other:17:00000001:00000002"), 100);

        assertThat(first).isEqualTo("3");
        assertThat(reported)
                .containsExactly(
                        "Reading from line 3 because of --from-line, instead of behind line 17 of input other, the last"
                                + " one whose task is on the topic.");
    }

    @Test
    void withoutKeyOnTheTopicTheInputIsReadFromItsBeginningAndThatIsReported() throws IOException {
        assertThat(first(OptionalInt.empty(), Optional.empty(), 100)).isEqualTo("1");
        assertThat(first(OptionalInt.empty(), Optional.of("order-4711"), 100)).isEqualTo("1");
        assertThat(reported)
                .containsExactly(
                        "The last task on the topic has no key: the input is read from line 1. If its tasks are on the topic"
                                + " already, stop this command and pass --from-line.",
                        "The last task on the topic has the key order-4711, which names no line of an input: the input is read"
                                + " from line 1. If its tasks are on the topic already, stop this command and pass --from-line.");
    }

    @Test
    void newQueueIsNotWorthAMessage() throws IOException {
        assertThat(first(OptionalInt.empty(), Optional.empty(), 1)).isEqualTo("1");
        assertThat(reported).isEmpty();
    }

    @Test
    void damagedInputIsReported() throws IOException {
        Path damaged = directory.resolve("damaged.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(damaged))) {
            for (int line = 0; line < 20_000; line++) {
                out.write((line * 7919L % 1000003 + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        byte[] whole = Files.readAllBytes(damaged);
        Files.write(damaged, Arrays.copyOf(whole, whole.length / 2));
        InputRecovery recovery = new InputRecovery(OptionalInt.empty(), reported::add);

        try (TaskFileReader tasks = open(damaged, TaskFileReader.Settings.defaults())) {
            LineKey first = tasks.next().orElseThrow().key();
            LineKey last = new LineKey(first.input(), 19_000, first.first(), 1);
            assertThatThrownBy(() -> recovery.requireContinuable(tasks, report(Optional.of(last.text()), 100)))
                    .isInstanceOf(CommandFailedException.class)
                    .hasMessage(
                            "The file of tasks could not be read up to line 19000, the last one whose task is on the topic:"
                                    + " Unexpected end of ZLIB input stream. Check the file.");
        }
    }

    private TaskFileReader open(Path file, TaskFileReader.Settings settings) {
        return TaskFileReader.open(file.toString(), settings, reported::add);
    }

    private String first(OptionalInt fromLine, Optional<String> lastKey, long events) throws IOException {
        Path file = Files.writeString(directory.resolve("tasks"), "1\n2\n3\n");
        InputRecovery recovery = new InputRecovery(fromLine, reported::add);
        TaskFileReader.Settings settings = new TaskFileReader.Settings(true, 1_000, fromLine.orElse(1), false);
        try (TaskFileReader tasks = open(file, settings)) {
            recovery.requireContinuable(tasks, report(lastKey, events));
            recovery.continueInput(tasks, report(lastKey, events));
            return tasks.next().orElseThrow().json();
        }
    }

    private static RecoveryReport report(Optional<String> lastKey, long events) {
        return new RecoveryReport(
                new RecoveryReport.Reading("events", 0, 0, events, events, Duration.ZERO),
                new RecoveryReport.Tasks(0, 0, 0, 0, 0, Optional.empty()),
                lastKey,
                Optional.empty(),
                List.of());
    }
}
