package io.taskqueue.cli.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TaskFileReaderTest {

    private static final TaskFileReader.Settings STRICT = new TaskFileReader.Settings(true, 1_000, 1, false);

    @TempDir
    Path directory;

    private final List<String> reported = new ArrayList<>();

    @Test
    void invalidLineIsReportedWithItsNumberAndSkipped() throws IOException {
        List<String> read = read(write("{\"n\":1}\n\n{broken\nnull\n[2.50, \"\\u00e9\"]\n"));

        assertThat(read).containsExactly("{\"n\":1}", "[2.50, \"\\u00e9\"]");
        assertThat(reported).hasSize(2);
        assertThat(reported.get(0)).startsWith("Line 3 is not a valid task: ").endsWith(" The line was skipped.");
        assertThat(reported.get(1)).startsWith("Line 4 is not a valid task: ");
    }

    @Test
    void strictReaderFailsAtTheFirstInvalidLineWhichIsTheNextToRead() throws IOException {
        Path file = write("1\nnull\n2\n");

        try (TaskFileReader tasks = TaskFileReader.open(file.toString(), STRICT, reported::add)) {
            assertThat(next(tasks)).isEqualTo("1: 1");
            assertThatThrownBy(tasks::next)
                    .isInstanceOf(CommandFailedException.class)
                    .hasMessageStartingWith("Line 2 is not a valid task: ")
                    .hasMessageEndingWith("Correct the line, or omit --strict to skip it.");
            assertThat(tasks.nextLine()).isEqualTo(2);
        }
    }

    @Test
    void bytesThatAreNotUtf8AreReportedWithTheirPlace() throws IOException {
        Path file = writeBytes("\"a\"\n\"caf\u00e9\"\n\"b\"\n", StandardCharsets.ISO_8859_1);

        assertThat(read(file)).containsExactly("\"a\"", "\"b\"");
        assertThat(reported)
                .containsExactly(
                        "Line 2 is not a valid task: Of this line, byte 0xE9 at byte 5 is not valid UTF-8. The line was"
                                + " skipped.");
    }

    @Test
    void byteOrderMarkIsSkippedAlsoOfConcatenatedFiles() throws IOException {
        assertThat(read(write("\uFEFF1\n2\n\uFEFF3\n"))).containsExactly("1", "2", "3");
        assertThat(reported).isEmpty();
    }

    @Test
    void repeatedFileBeginsAgainBehindItsLastLineAndReportsInvalidLinesOnce() throws IOException {
        Path file = write("1\nnull\n2\n");

        try (TaskFileReader tasks = TaskFileReader.open(file.toString(), repeated(1), reported::add)) {
            assertThat(List.of(next(tasks), next(tasks), next(tasks), next(tasks), next(tasks)))
                    .containsExactly("1: 1", "3: 2", "1: 1", "3: 2", "1: 1");
            assertThat(tasks.skipped()).isEqualTo(1);
        }
        assertThat(reported).hasSize(1);
    }

    @Test
    void repeatedFileIsReadFromItsFirstLineAlsoIfTheFirstTimeBeganLater() throws IOException {
        Path file = write("1\n2\n");

        try (TaskFileReader tasks = TaskFileReader.open(file.toString(), repeated(3), reported::add)) {
            assertThat(List.of(next(tasks), next(tasks), next(tasks))).containsExactly("1: 1", "2: 2", "1: 1");
        }
    }

    @Test
    void fileWithoutATaskCannotBeRepeated() throws IOException {
        Path file = write("\nnull\n");

        try (TaskFileReader tasks = TaskFileReader.open(file.toString(), repeated(1), reported::add)) {
            assertThatThrownBy(tasks::next)
                    .isInstanceOf(CommandFailedException.class)
                    .hasMessage("--repeat reads the tasks again behind the last line, but " + file
                            + " has no valid task. Put a task into it, or omit --repeat.");
        }
    }

    @Test
    void standardInputCannotBeRepeated() {
        assertThatThrownBy(() -> TaskFileReader.open("-", repeated(1), reported::add))
                .isInstanceOfSatisfying(CommandFailedException.class, e -> assertThat(e.exitCode())
                        .isEqualTo(ExitCode.USAGE))
                .hasMessage("--repeat reads the tasks again behind the last line, but standard input can be read only"
                        + " once. Pass a file, or omit --repeat.");
    }

    private static TaskFileReader.Settings repeated(long fromLine) {
        return new TaskFileReader.Settings(false, 1_000, fromLine, true);
    }

    @ParameterizedTest
    @CsvSource({
        "UTF-16LE, UTF-16 (little endian)",
        "UTF-16BE, UTF-16 (big endian)",
        "UTF-32LE, UTF-32 (little endian)",
        "UTF-32BE, UTF-32 (big endian)"
    })
    void otherEncodingsAreRefused(String charset, String name) throws IOException {
        for (String mark : List.of("", "\uFEFF")) {
            Path file = writeBytes(mark + "{\"n\":1}\n{\"n\":2}\n", Charset.forName(charset));

            assertThatThrownBy(() -> read(file))
                    .isInstanceOfSatisfying(CommandFailedException.class, e -> assertThat(e.exitCode())
                            .isEqualTo(ExitCode.USAGE))
                    .hasMessage("The file of tasks (" + file + ") contains text in " + name
                            + "; convert it with iconv -f " + charset + " -t UTF-8. Pass JSON lines in UTF-8.");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[\n  {\"n\":1},\n  {\"n\":2}\n]\n", "\n\n [ {\"n\":1},\n{\"n\":2} ]", "[\r\n1\r\n]\r\n"})
    void anArrayOverSeveralLinesIsRefused(String text) throws IOException {
        Path file = write(text);

        assertThatThrownBy(() -> read(file))
                .isInstanceOfSatisfying(CommandFailedException.class, e -> assertThat(e.exitCode())
                        .isEqualTo(ExitCode.USAGE))
                .hasMessageMatching(
                        "The file of tasks \\(.*\\) has an array on line \\d that does not end on that line. Put each"
                                + " task on a line of its own: jq -c '.\\[]'.");
    }

    @Test
    void anObjectOverSeveralLinesIsRefused() throws IOException {
        Path file = write("{\n  \"n\": 1\n}\n");

        assertThatThrownBy(() -> read(file))
                .hasMessage("The file of tasks (" + file
                        + ") has an object on line 1 that does not end on that line. Put each"
                        + " task on a line of its own: jq -c '.'.");
    }

    @Test
    void anArrayOnOneLineIsOneTask() throws IOException {
        assertThat(read(write("[{\"n\":1},{\"n\":2}]\n{\"n\":\n3\n"))).containsExactly("[{\"n\":1},{\"n\":2}]", "3");
        assertThat(reported).hasSize(1);
    }

    @Test
    void everyLineEndIsAccepted() throws IOException {
        assertThat(read(write("1\r\n2\r3\n\n \t\n4"))).containsExactly("1", "2", "3", "4");
        assertThat(reported).isEmpty();
    }

    @Test
    void nulBytesWithinALineAreInvalid() throws IOException {
        assertThat(read(write("1\n\"a\u0000b\"\n\u0000\u0000\n2\n"))).containsExactly("1", "2");
        assertThat(reported).hasSize(2).allSatisfy(line -> assertThat(line).doesNotContain("\u0000"));
    }

    @Test
    void lineThatIsTooLongIsSkippedAndCounted() throws IOException {
        Path file = write("1\n\"" + "x".repeat(2_000) + "\"\n2\n");

        try (TaskFileReader tasks = TaskFileReader.open(
                file.toString(), new TaskFileReader.Settings(false, 1_000, 1, false), reported::add)) {
            assertThat(next(tasks)).isEqualTo("1: 1");
            assertThat(next(tasks)).isEqualTo("3: 2");
            assertThat(tasks.skipped()).isEqualTo(1);
        }
        assertThat(reported)
                .containsExactly(
                        "Line 2 is not a valid task: It has more than the 1,000 bytes of --max-line-bytes. The line was"
                                + " skipped.");
    }

    @Test
    void binaryDataIsRefused() throws IOException {
        Path file = Files.write(directory.resolve("zeros"), new byte[100]);

        assertThatThrownBy(() -> read(file))
                .hasMessage("The file of tasks (" + file
                        + ") contains binary data that begins with NUL bytes. Pass JSON lines in" + " UTF-8.");
    }

    @Test
    void emptyFileHasNoTasks() throws IOException {
        assertThat(read(write(""))).isEmpty();
        assertThat(read(write("\uFEFF"))).isEmpty();
        assertThat(reported).isEmpty();
    }

    @Test
    void readingStartsAtALine() throws IOException {
        Path file = write("{broken\n2\n3\n");

        try (TaskFileReader tasks = TaskFileReader.open(
                file.toString(), new TaskFileReader.Settings(false, 1_000, 3, false), reported::add)) {
            assertThat(next(tasks)).isEqualTo("3: 3");
            assertThat(tasks.next()).isEmpty();
            assertThat(tasks.nextLine()).isEqualTo(4);
        }
        assertThat(reported).isEmpty();
    }

    @Test
    void gzipFileIsDecompressedByItsContentWithAllItsMembers() throws IOException {
        byte[] both = concat(gzip("\"one\"\n\"two\"\n"), gzip("\"three\"\n"));

        assertThat(read(Files.write(directory.resolve("tasks.ndjson.gz"), both)))
                .containsExactly("\"one\"", "\"two\"", "\"three\"");
        assertThat(read(Files.write(directory.resolve("compressed"), both))).hasSize(3);
    }

    @Test
    void damagedGzipFileIsAnErrorAtItsPlace() throws IOException {
        byte[] first = gzip("\"one\"\n");
        byte[] second = gzip("\"two\"\n".repeat(1_000));

        for (byte[] damaged : List.of(
                Arrays.copyOf(first, first.length - 3),
                concat(first, Arrays.copyOf(second, 5)),
                concat(first, Arrays.copyOf(second, 20)),
                concat(first, "no gzip data".getBytes(StandardCharsets.UTF_8)))) {
            Path file = Files.write(directory.resolve("damaged.gz"), damaged);
            try (TaskFileReader tasks =
                    TaskFileReader.open(file.toString(), TaskFileReader.Settings.defaults(), reported::add)) {
                assertThatThrownBy(() -> {
                            while (tasks.next().isPresent()) {
                                // to the end
                            }
                        })
                        .isInstanceOf(IOException.class);
                assertThat(tasks.nextLine()).isLessThanOrEqualTo(2);
            }
        }
    }

    @Test
    void gzipFileThatEndsWithinItsHeaderIsRefused() throws IOException {
        Path file = Files.write(directory.resolve("cut.gz"), new byte[] {0x1f, (byte) 0x8b});
        assertThatThrownBy(() -> TaskFileReader.open(file.toString(), STRICT, reported::add))
                .isInstanceOf(CommandFailedException.class)
                .hasMessage(
                        "The file of tasks " + file
                                + " cannot be read: it begins as gzip data and ends within their header. Pass a complete file.");
    }

    @Test
    void firstLineBehindTheEndIsReported() throws IOException {
        Path file = write("1\n2\n3\n");
        try (TaskFileReader tasks = TaskFileReader.open(
                file.toString(), new TaskFileReader.Settings(true, 1_000, 99, false), reported::add)) {
            assertThat(tasks.next()).isEmpty();
        }
        assertThat(reported)
                .containsExactly(
                        "The input has 3 lines, but the first line to read is 99, so nothing was read. Check --from-line.");
    }

    @Test
    void gzipDataOnAPipeIsRefused() throws IOException {
        try (TaskFileReader tasks = pipe(gzip("1\n"))) {
            assertThatThrownBy(tasks::next)
                    .hasMessage(
                            "The file of tasks (standard input) contains gzip data; decompress it with gunzip -c. Pass JSON"
                                    + " lines in UTF-8.");
        }
    }

    @Test
    void whatWasReadAheadOfAPipeIsNotLost() throws IOException {
        try (TaskFileReader tasks = pipe("1\n2\n{broken\n\n3\n{\"unfin".getBytes(StandardCharsets.UTF_8))) {
            assertThat(next(tasks)).isEqualTo("1: 1");

            assertThat(tasks.readAhead()).map(TaskFileReaderTest::numbered).containsExactly("2: 2", "5: 3");
            assertThat(tasks.nextLine()).isEqualTo(6);
            assertThat(tasks.hasPartialLine()).isTrue();
            assertThat(tasks.skipped()).isEqualTo(1);
        }
    }

    @Test
    void sampleHas1990Tasks() throws IOException {
        try (TaskFileReader tasks = TaskFileReader.open(null, STRICT, reported::add)) {
            int count = 0;
            while (tasks.next().isPresent()) {
                count++;
            }
            assertThat(count).isEqualTo(1990);
        }
    }

    @Test
    void fileThatCannotBeOpenedIsReported() throws IOException {
        Path noGzip = Files.writeString(directory.resolve("no.gz"), "{\"n\":1}\n");

        assertThatThrownBy(() -> read(directory.resolve("no.ndjson")))
                .isInstanceOf(CommandFailedException.class)
                .hasMessage("The file of tasks " + directory.resolve("no.ndjson")
                        + " does not exist. Pass a file of JSON lines, or - for standard input.");
        assertThatThrownBy(() -> read(directory))
                .hasMessage("The file of tasks " + directory
                        + " cannot be read: it is a directory. Pass a file of JSON lines, or - for standard input.");
        assertThatThrownBy(() -> read(noGzip))
                .hasMessage("The file of tasks " + noGzip
                        + " cannot be read: Not in GZIP format. Pass a file of JSON lines, or - for standard input.");
    }

    @Test
    void rejectedLineIsReportedOnOneLine() throws IOException {
        try (TaskFileReader tasks = pipe(new byte[0])) {
            tasks.reject(7, "queue a\nb takes less.");
        }

        assertThat(reported)
                .containsExactly("Line 7 is not a valid task: queue a\\u000ab takes less. The line was skipped.");
    }

    private static String next(TaskFileReader tasks) throws IOException {
        return tasks.next().map(TaskFileReaderTest::numbered).orElseThrow();
    }

    private static String numbered(TaskLine task) {
        return task.number() + ": " + task.json();
    }

    private TaskFileReader pipe(byte[] content) {
        return TaskFileReader.of(
                new TaskInput(new ByteArrayInputStream(content), LineKey.STANDARD_INPUT, true),
                TaskFileReader.Settings.defaults(),
                reported::add);
    }

    private Path write(String text) throws IOException {
        return writeBytes(text, StandardCharsets.UTF_8);
    }

    private Path writeBytes(String text, Charset charset) throws IOException {
        return Files.write(directory.resolve("tasks.ndjson"), text.getBytes(charset));
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private List<String> read(Path file) throws IOException {
        List<String> read = new ArrayList<>();
        try (TaskFileReader tasks =
                TaskFileReader.open(file.toString(), TaskFileReader.Settings.defaults(), reported::add)) {
            for (Optional<TaskLine> line = tasks.next(); line.isPresent(); line = tasks.next()) {
                read.add(line.get().json());
            }
        }
        return read;
    }
}
