package io.taskqueue.sink.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts are for psql, Spring and migration tools too: those take a statement to end at a semicolon, some else at the line end. */
class TableScriptsTest {

    @ParameterizedTest
    @ValueSource(strings = {"taskqueue_applied.sql", "taskqueue_checkpoint.sql", "taskqueue_effect.sql"})
    void aScriptIsOneStatementThatEndsWithASemicolon(String script) throws IOException {
        try (InputStream resource = TableScriptsTest.class.getResourceAsStream(script)) {
            String statements = new String(resource.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("--"))
                    .reduce("", (before, line) -> before + line + "\n");

            assertThat(statements.strip())
                    .startsWith("CREATE TABLE IF NOT EXISTS")
                    .endsWith(");");
            assertThat(statements).containsOnlyOnce(";");
        }
    }
}
