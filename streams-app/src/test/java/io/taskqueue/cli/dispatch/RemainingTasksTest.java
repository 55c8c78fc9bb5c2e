package io.taskqueue.cli.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemainingTasksTest {

    private static final RemainingTasks TASKS =
            new RemainingTasks(List.of(task(7), task(5), task(6), task(2)), List.of(task(8), task(11)), 12);

    @Test
    void linesAreNamedAsRangesInOrder() {
        assertThat(TASKS.lines()).containsExactly("2", "5-8", "11");
        assertThat(RemainingTasks.none(3).lines()).isEmpty();
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
        assertThat(RemainingTasks.none(3).nextLine(false)).isEqualTo(3);
    }

    private static TaskLine task(long line) {
        return new TaskLine(line, "{" + line + "}");
    }
}
