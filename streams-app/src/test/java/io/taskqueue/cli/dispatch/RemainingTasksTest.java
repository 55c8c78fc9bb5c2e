package io.taskqueue.cli.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemainingTasksTest {

    private static final RemainingTasks TASKS =
            new RemainingTasks(0, drained(7, 5, 6, 2), List.of(task(8), task(11)), "input", 12);
    private static final RemainingTasks NONE = new RemainingTasks(0, List.of(), List.of(), "input", 3);

    @Test
    void linesAreNamedAsRangesInOrder() {
        assertThat(TASKS.lines()).containsExactly("2", "5-8", "11");
        assertThat(NONE.lines()).isEmpty();
    }

    @Test
    void recoveredTasksOfAnotherInputAreNamedWithIt() {
        RemainingTasks remaining = new RemainingTasks(
                0,
                List.of(
                        RemainingTask.of(task(3)),
                        new RemainingTask(Optional.of(new LineKey("first", 8, 1, 1)), "{}"),
                        new RemainingTask(Optional.of(new LineKey("first", 7, 1, 1)), "{}"),
                        new RemainingTask(Optional.empty(), "{}")),
                List.of(),
                "input",
                4);

        assertThat(remaining.lines()).containsExactly("1 of no input", "7-8 of first", "3");
        assertThat(remaining.count()).isEqualTo(4);
    }

    @Test
    void tasksThatWereHandedOverAreNotLeftToTheCaller() {
        assertThat(new RemainingTasks(9, List.of(), List.of(), "input", 10).isEmpty())
                .isTrue();
    }

    @Test
    void aFileHasThemInTheOrderOfTheirLines(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("left.ndjson");

        TASKS.write(file);

        assertThat(file).hasContent("{2}\n{5}\n{6}\n{7}\n{8}\n{11}");
    }

    @Test
    void whatIsInNoFileIsReadAgain() {
        assertThat(TASKS.nextLine(true)).isEqualTo(12);
        assertThat(TASKS.nextLine(false)).isEqualTo(8);
        assertThat(NONE.nextLine(false)).isEqualTo(3);
    }

    private static List<RemainingTask> drained(int... lines) {
        return IntStream.of(lines)
                .mapToObj(line -> RemainingTask.of(task(line)))
                .toList();
    }

    private static TaskLine task(long line) {
        return new TaskLine(new LineKey("input", line, 1, 1), "{" + line + "}");
    }
}
