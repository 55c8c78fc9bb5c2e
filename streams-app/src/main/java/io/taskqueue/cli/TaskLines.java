package io.taskqueue.cli;

import io.taskqueue.serde.PayloadCodec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Tasks as JSON lines: each line is one payload, any JSON but null; blank lines are passed over. Not thread-safe.
 *
 * <p>A line that is no payload is reported with its number and skipped, or ends the reading where that is asked for.
 */
final class TaskLines implements AutoCloseable {

    private static final PayloadCodec<String> CODEC = PayloadCodec.jsonText();

    private final BufferedReader lines;
    private final boolean strict;
    private final Consumer<String> report;
    private long number;
    private long skipped;

    private TaskLines(InputStream in, boolean strict, Consumer<String> report) {
        this.lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 16);
        this.strict = strict;
        this.report = report;
    }

    /**
     * Opens a file, standard input ({@code -}), or the sample of the demo (null). A name that ends in {@code .gz} is unpacked.
     *
     * @param report where a skipped line is told
     */
    static TaskLines open(@Nullable String file, boolean strict, Consumer<String> report) {
        try {
            if (file == null) {
                InputStream sample = TaskLines.class.getResourceAsStream("/mirror-tasks.ndjson");
                if (sample == null) {
                    throw new CommandFailure(
                            ExitCode.FAILED, "The sample of tasks is missing from the jar. Build it again.");
                }
                return new TaskLines(sample, strict, report);
            }
            if (file.equals("-")) {
                return new TaskLines(System.in, strict, report);
            }
            InputStream in = Files.newInputStream(Path.of(file));
            return new TaskLines(file.endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : in, strict, report);
        } catch (NoSuchFileException e) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "There is no file " + file + ". Pass a file of JSON lines, or - for standard input.",
                    e);
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "The tasks in " + file + " cannot be read: " + e
                            + ". Pass a file of JSON lines, or - for standard input.",
                    e);
        }
    }

    /** The next payload, or empty at the end. */
    Optional<String> next() throws IOException {
        String line;
        while ((line = lines.readLine()) != null) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            try {
                CODEC.encode(line);
                return Optional.of(line);
            } catch (RuntimeException e) {
                refuse(e.getMessage());
            }
        }
        return Optional.empty();
    }

    /** Says that the line just read is no task, and ends the reading where that is asked for. */
    void refuse(@Nullable String reason) {
        // the reason may name the queue, which is any text
        String message = "Line " + number + " is no task: " + Printable.line(String.valueOf(reason));
        if (strict) {
            throw new CommandFailure(ExitCode.FAILED, message + " Mend the line, or leave --strict away to skip it.");
        }
        skipped++;
        report.accept(message + " It was skipped.");
    }

    long skipped() {
        return skipped;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
