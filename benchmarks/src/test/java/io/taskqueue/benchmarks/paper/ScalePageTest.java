package io.taskqueue.benchmarks.paper;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/scale.md has the tables that {@code benchmarks/run paper} prints. */
class ScalePageTest {

    private static final Path PAGE = Path.of("..", "docs", "scale.md");

    @Test
    void tablesOnThePageAreThoseThatAreComputed() throws IOException {
        String page = Files.readString(PAGE);

        for (String table : ScaleTables.markdown().split("\n\n", -1)) {
            assertThat(page).contains(table.strip());
        }
    }
}
