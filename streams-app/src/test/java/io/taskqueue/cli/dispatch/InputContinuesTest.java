package io.taskqueue.cli.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An input continues behind the line whose key is given, if it is the input of that key, and is refused if that is in doubt. */
class InputContinuesTest {

    private static final String FIVE = "1\n2\n\n{broken\n5\n";

    @TempDir
    Path directory;

    private final List<String> reported = new ArrayList<>();

    @Test
    void keyIsReadBackFromItsText() throws IOException {
        LineKey key = lastKey(write("with:colons:in its.name", FIVE));

        assertThat(key.text()).matches("with:colons:in its\\.name:5:[0-9a-f]{8}:[0-9a-f]{8}");
        assertThat(LineKey.parse(key.text())).contains(key);
        assertThat(LineKey.parse(null)).isEmpty();
        assertThat(LineKey.parse("order-4711")).isEmpty();
        assertThat(LineKey.parse("input:0:00000000:00000000")).isEmpty();
    }

    @Test
    void readingContinuesBehindTheLine() throws IOException {
        Path file = write("tasks", FIVE + "6\n7\n");

        assertThat(continued(file, keyOf(file, 2))).containsExactly("5", "6", "7");
        assertThat(reported)
                .first()
                .isEqualTo("Input tasks continues behind line 2, the last one whose task is on the topic.");
    }

    @Test
    void linesMayHaveBeenAppendedAndTheFileCompressedMovedAndRenamed() throws IOException {
        LineKey last = lastKey(write("tasks", FIVE));
        Path moved = Files.createDirectory(directory.resolve("moved")).resolve("renamed.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(moved))) {
            out.write((FIVE + "6\n").getBytes(StandardCharsets.UTF_8));
        }

        assertThat(continued(moved, last)).containsExactly("6");
    }

    @Test
    void inputWithoutFurtherLinesIsReportedAsComplete() throws IOException {
        Path file = write("tasks", FIVE);

        assertThat(continued(file, lastKey(file))).isEmpty();
        assertThat(reported)
                .containsExactly(
                        "Input tasks continues behind line 5, the last one whose task is on the topic.",
                        "Input tasks has no task behind that line: it was dispatched completely before.");
    }

    @Test
    void inputThatIsShorterIsRefused() throws IOException {
        LineKey last = lastKey(write("tasks", FIVE));
        Path shorter = write("tasks", "1\n2\n");

        assertThatThrownBy(() -> continued(shorter, last))
                .isInstanceOfSatisfying(CommandFailedException.class, e -> assertThat(e.exitCode())
                        .isEqualTo(ExitCode.REFUSED))
                .hasMessage(
                        "The last task on the topic is of line 5 of input tasks, but input tasks cannot be continued"
                                + " there: it has 2 lines only. Restore its lines, or pass --from-line 1 to read all of it.");
    }

    @Test
    void inputThatWasChangedBeforeTheLineIsRefused() throws IOException {
        LineKey last = lastKey(write("tasks", FIVE));

        for (String changed : List.of("1\n20\n\n{broken\n5\n6\n", "10\n2\n\n{broken\n5\n6\n", "0\n" + FIVE)) {
            Path file = write("tasks", changed);
            assertThatThrownBy(() -> continued(file, last))
                    .isInstanceOfSatisfying(CommandFailedException.class, e -> assertThat(e.exitCode())
                            .isEqualTo(ExitCode.REFUSED))
                    .hasMessage("The last task on the topic is of line 5 of input tasks, but input tasks cannot be"
                            + " continued there: its lines up to that one are not the same. Restore its lines, or pass"
                            + " the first line to read: --from-line 6 continues behind that line, --from-line 1 reads"
                            + " all of it.");
        }
    }

    @Test
    void inputOfAnotherNameThatBeginsInTheSameWayIsRefused() throws IOException {
        LineKey last = lastKey(write("tasks", FIVE));
        Path other = write("other", "1\n3\n4\n5\n6\n7\n");

        assertThatThrownBy(() -> continued(other, last))
                .hasMessageStartingWith(
                        "The last task on the topic is of line 5 of input tasks, but input other cannot be continued");
    }

    @Test
    void anotherInputIsReadFromItsBeginning() throws IOException {
        LineKey last = lastKey(write("tasks", FIVE));
        Path other = write("other", "10\n20\n");

        assertThat(continued(other, last)).containsExactly("10", "20");
        assertThat(reported)
                .containsExactly("Input other is not input tasks, whose line 5 has the last task on the topic: it is"
                        + " read from line 1.");
    }

    @Test
    void emptyInputOfAnotherNameHasNoTasks() throws IOException {
        LineKey last = lastKey(write("tasks", FIVE));

        assertThat(continued(write("none", ""), last)).isEmpty();
    }

    @Test
    void pipeThatRepeatsItsLinesContinuesBehindTheLine() throws IOException {
        LineKey last = pipeKey(FIVE);

        try (TaskFileReader tasks = pipe(FIVE + "6\n7\n")) {
            tasks.continueBehind(last);
            assertThat(rest(tasks)).containsExactly("6", "7");
        }
        assertThat(last.input()).isEqualTo("standard input");
    }

    @Test
    void pipeWithOtherLinesIsRefusedAtItsFirstLineAndNothingOfItIsRead() throws IOException {
        LineKey last = pipeKey(FIVE);

        try (TaskFileReader tasks = pipe("6\n7\n")) {
            tasks.continueBehind(last);
            assertThatThrownBy(tasks::next).isInstanceOf(CommandFailedException.class);
            assertThat(tasks.nextLine()).isEqualTo(1);
            assertThat(tasks.readAhead()).isEmpty();
        }
    }

    @Test
    void laterLineMayBeFoundOnceTheQueueIsClaimed() throws IOException {
        Path file = write("tasks", FIVE + "6\n7\n");
        LineKey earlier = keyOf(file, 2);
        LineKey later = keyOf(file, 6);

        try (TaskFileReader tasks = open(file)) {
            tasks.continueBehind(earlier);
            tasks.continueBehind(earlier);
            tasks.continueBehind(later);
            assertThat(rest(tasks)).containsExactly("7");
        }
        assertThat(reported)
                .containsExactly(
                        "Input tasks continues behind line 2, the last one whose task is on the topic.",
                        "Input tasks continues behind line 6, the last one whose task is on the topic.");
    }

    private List<String> continued(Path file, LineKey last) throws IOException {
        try (TaskFileReader tasks = open(file)) {
            tasks.continueBehind(last);
            return rest(tasks);
        }
    }

    private LineKey lastKey(Path file) throws IOException {
        try (TaskFileReader tasks = open(file)) {
            return last(tasks);
        } finally {
            reported.clear();
        }
    }

    private LineKey keyOf(Path file, long line) throws IOException {
        try (TaskFileReader tasks = open(file)) {
            TaskLine task = tasks.next().orElseThrow();
            while (task.number() < line) {
                task = tasks.next().orElseThrow();
            }
            return task.key();
        } finally {
            reported.clear();
        }
    }

    private LineKey pipeKey(String text) throws IOException {
        try (TaskFileReader tasks = pipe(text)) {
            return last(tasks);
        } finally {
            reported.clear();
        }
    }

    private static LineKey last(TaskFileReader tasks) throws IOException {
        LineKey last = tasks.next().orElseThrow().key();
        for (Optional<TaskLine> task = tasks.next(); task.isPresent(); task = tasks.next()) {
            last = task.get().key();
        }
        return last;
    }

    private static List<String> rest(TaskFileReader tasks) throws IOException {
        List<String> rest = new ArrayList<>();
        for (Optional<TaskLine> task = tasks.next(); task.isPresent(); task = tasks.next()) {
            rest.add(task.get().json());
        }
        return rest;
    }

    private TaskFileReader open(Path file) {
        return TaskFileReader.open(file.toString(), TaskFileReader.Settings.defaults(), reported::add);
    }

    private TaskFileReader pipe(String text) {
        return TaskFileReader.of(
                new TaskInput(
                        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), LineKey.STANDARD_INPUT, true),
                TaskFileReader.Settings.defaults(),
                reported::add);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }
}
