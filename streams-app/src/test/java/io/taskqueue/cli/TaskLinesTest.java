package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskLinesTest {

    @TempDir
    Path directory;

    private final List<String> said = new ArrayList<>();

    @Test
    void aBadLineIsReportedWithItsNumberAndSkipped() throws IOException {
        List<String> read = read(write("{\"n\":1}\n\n{broken\nnull\n[2.50, \"\\u00e9\"]\n"), false);

        assertThat(read).containsExactly("{\"n\":1}", "[2.50, \"\\u00e9\"]");
        assertThat(said).hasSize(2);
        assertThat(said.get(0)).startsWith("Line 3 is no task: ").endsWith(" It was skipped.");
        assertThat(said.get(1)).startsWith("Line 4 is no task: ");
    }

    @Test
    void strictStopsAtTheFirstBadLine() throws IOException {
        Path file = write("1\nnull\n2\n");

        assertThatThrownBy(() -> read(file, true))
                .isInstanceOf(CommandFailure.class)
                .hasMessageStartingWith("Line 2 is no task: ")
                .hasMessageEndingWith("Mend the line, or leave --strict away to skip it.");
    }

    @Test
    void aPackedFileIsUnpacked() throws IOException {
        Path file = directory.resolve("tasks.ndjson.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("\"one\"\n\"two\"\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }

        assertThat(read(file, false)).containsExactly("\"one\"", "\"two\"");
    }

    @Test
    void theSampleHasItsTasks() throws IOException {
        try (TaskLines lines = TaskLines.open(null, true, said::add)) {
            int count = 0;
            while (lines.next().isPresent()) {
                count++;
            }
            assertThat(count).isEqualTo(1990);
        }
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> TaskLines.open("no/such.ndjson", false, said::add))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("no/such.ndjson")
                .hasMessageEndingWith("Pass a file of JSON lines, or - for standard input.");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("tasks.ndjson"), text);
    }

    private List<String> read(Path file, boolean strict) throws IOException {
        List<String> read = new ArrayList<>();
        try (TaskLines lines = TaskLines.open(file.toString(), strict, said::add)) {
            for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
                read.add(line.get());
            }
        }
        return read;
    }
}
