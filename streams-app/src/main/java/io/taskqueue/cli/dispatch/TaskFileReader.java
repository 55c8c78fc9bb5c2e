package io.taskqueue.cli.dispatch;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.Output;
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
 * Reads tasks from a file of JSON lines: each line is one payload, any JSON value except null; blank lines are ignored. Not
 * thread-safe.
 *
 * <p>An invalid line is reported with its number and skipped; a strict reader fails instead.
 */
public final class TaskFileReader implements AutoCloseable {

    private static final PayloadCodec<String> CODEC = PayloadCodec.jsonText();
    private static final String SAMPLE = "/mirror-tasks.ndjson";
    private static final int BUFFER_BYTES = 1 << 16;

    private final BufferedReader lines;
    private final boolean strict;
    private final Consumer<String> report;
    private long number;
    private long skipped;

    private TaskFileReader(InputStream in, boolean strict, Consumer<String> report) {
        this.lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), BUFFER_BYTES);
        this.strict = strict;
        this.report = report;
    }

    /**
     * Opens a file, standard input ({@code -}), or the sample of the demo (null). A file whose name ends in {@code .gz} is
     * decompressed.
     *
     * @param report receives a message for each skipped line
     * @throws CommandFailedException if it cannot be opened
     */
    public static TaskFileReader open(@Nullable String file, boolean strict, Consumer<String> report) {
        try {
            if (file == null) {
                InputStream sample = TaskFileReader.class.getResourceAsStream(SAMPLE);
                if (sample == null) {
                    throw new CommandFailedException(
                            ExitCode.FAILED, "The sample tasks " + SAMPLE + " are missing from the jar. Rebuild it.");
                }
                return new TaskFileReader(sample, strict, report);
            }
            if (file.equals("-")) {
                return new TaskFileReader(System.in, strict, report);
            }
            InputStream in = Files.newInputStream(Path.of(file));
            return new TaskFileReader(
                    file.endsWith(".gz") ? new GZIPInputStream(in, BUFFER_BYTES) : in, strict, report);
        } catch (NoSuchFileException e) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "The file of tasks " + file
                            + " does not exist. Pass a file of JSON lines, or - for standard input.",
                    e);
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "The file of tasks " + file + " cannot be read: " + e
                            + ". Pass a file of JSON lines, or - for standard input.",
                    e);
        }
    }

    /** The next payload, or empty at the end of the file. */
    public Optional<String> next() throws IOException {
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
                reject(e.getMessage());
            }
        }
        return Optional.empty();
    }

    /**
     * Reports that the line just read is not a valid task, and skips it.
     *
     * @throws CommandFailedException if this reader is strict
     */
    void reject(@Nullable String reason) {
        // the reason may contain the queue's name, which is any text
        String message = "Line " + number + " is not a valid task: " + Output.escape(String.valueOf(reason));
        if (strict) {
            throw new CommandFailedException(
                    ExitCode.FAILED, message + " Correct the line, or omit --strict to skip it.");
        }
        skipped++;
        report.accept(message + " The line was skipped.");
    }

    /** The number of lines that were skipped as invalid. */
    long skipped() {
        return skipped;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
