package io.taskqueue.cli.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.cli.shared.CommandFailedException;
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

class TaskFileReaderTest {

    @TempDir
    Path directory;

    private final List<String> reported = new ArrayList<>();

    @Test
    void invalidLineIsReportedWithItsNumberAndSkipped() throws IOException {
        List<String> read = read(write("{\"n\":1}\n\n{broken\nnull\n[2.50, \"\\u00e9\"]\n"), false);

        assertThat(read).containsExactly("{\"n\":1}", "[2.50, \"\\u00e9\"]");
        assertThat(reported).hasSize(2);
        assertThat(reported.get(0)).startsWith("Line 3 is not a valid task: ").endsWith(" The line was skipped.");
        assertThat(reported.get(1)).startsWith("Line 4 is not a valid task: ");
    }

    @Test
    void strictReaderFailsAtTheFirstInvalidLine() throws IOException {
        Path file = write("1\nnull\n2\n");

        assertThatThrownBy(() -> read(file, true))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageStartingWith("Line 2 is not a valid task: ")
                .hasMessageEndingWith("Correct the line, or omit --strict to skip it.");
    }

    @Test
    void gzipFileIsDecompressed() throws IOException {
        Path file = directory.resolve("tasks.ndjson.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("\"one\"\n\"two\"\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }

        assertThat(read(file, false)).containsExactly("\"one\"", "\"two\"");
    }

    @Test
    void sampleHas1990Tasks() throws IOException {
        try (TaskFileReader tasks = TaskFileReader.open(null, true, reported::add)) {
            int count = 0;
            while (tasks.next().isPresent()) {
                count++;
            }
            assertThat(count).isEqualTo(1990);
        }
    }

    @Test
    void missingFileIsReported() {
        assertThatThrownBy(() -> TaskFileReader.open("no/such.ndjson", false, reported::add))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("no/such.ndjson")
                .hasMessageEndingWith("Pass a file of JSON lines, or - for standard input.");
    }

    @Test
    void rejectedLineIsReportedOnOneLine() throws IOException {
        try (TaskFileReader tasks = TaskFileReader.open(null, false, reported::add)) {
            tasks.reject("queue a\nb takes less.");
        }

        assertThat(reported)
                .containsExactly("Line 0 is not a valid task: queue a\\u000ab takes less. The line was skipped.");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("tasks.ndjson"), text);
    }

    private List<String> read(Path file, boolean strict) throws IOException {
        List<String> read = new ArrayList<>();
        try (TaskFileReader tasks = TaskFileReader.open(file.toString(), strict, reported::add)) {
            for (Optional<String> line = tasks.next(); line.isPresent(); line = tasks.next()) {
                read.add(line.get());
            }
        }
        return read;
    }
}
