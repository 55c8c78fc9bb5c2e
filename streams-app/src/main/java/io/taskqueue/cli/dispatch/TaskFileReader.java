package io.taskqueue.cli.dispatch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.serde.BoundedJson;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.text.LineReader;
import io.taskqueue.text.NotUtf8Exception;
import io.taskqueue.text.TextEncoding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads tasks from a file of JSON lines in UTF-8: each line is one payload, any JSON value except null; blank lines are ignored. A
 * byte order mark is skipped. A file whose lines cannot be tasks at all (UTF-16, an array over several lines) is refused.
 *
 * <p>An invalid line is reported with its number and skipped; a strict reader fails instead. A file that is repeated is opened again
 * behind its last line; its invalid lines are reported and counted once. One thread at a time reads; an
 * interruption of a thread that waits for a pipe ends its read without losing a byte.
 */
public final class TaskFileReader implements AutoCloseable {

    /** The payload of a task is its line. */
    static final PayloadCodec<String> PAYLOAD = PayloadCodec.jsonText();

    /**
     * How a file is read.
     *
     * @param strict whether an invalid line is a failure
     * @param maxLineBytes the longest line
     * @param fromLine the number of the first line to read; those before are skipped
     * @param repeat whether the file is read again from its first line behind its last one
     */
    public record Settings(boolean strict, int maxLineBytes, long fromLine, boolean repeat) {

        /** A line that is longer is no payload that a record can take. */
        static final int MAX_LINE_BYTES = ReplicationEventCodec.MAX_PAYLOAD_BYTES;

        /** Invalid lines are skipped, and all lines are read. */
        public static Settings defaults() {
            return new Settings(false, MAX_LINE_BYTES, 1, false);
        }
    }

    private final @Nullable String file;
    private final TaskInput input;
    private final Settings settings;
    private final Consumer<String> report;
    private InputLines lines;
    private boolean begun;
    private @Nullable LineKey behind;
    /** Which lines are tasks of this reader; those of others are passed by without being looked at. */
    private TaskLine.Route route = TaskLine.Route.ALL;

    /** Whether lines were skipped because they had been dispatched, and no task was read behind them yet. */
    private boolean continued;

    private boolean firstValueSeen;
    /** Whether the file is read again: then its invalid lines have been reported. */
    private boolean repeated;
    /** Whether a task was returned since the first line that was read. */
    private boolean hasTask;

    private long skipped;
    private long refusedLine;

    private TaskFileReader(@Nullable String file, TaskInput input, Settings settings, Consumer<String> report) {
        this.lines = new InputLines(input.stream(), input.keyName(), settings.maxLineBytes);
        this.file = file;
        this.input = input;
        this.settings = settings;
        this.report = report;
    }

    /**
     * Opens a file, standard input ({@code -}), or the sample of the demo (null). A file that contains gzip data is decompressed.
     *
     * @param report receives a message for each skipped line
     * @throws CommandFailedException if it cannot be opened, or is a file that cannot contain tasks
     */
    public static TaskFileReader open(@Nullable String file, Settings settings, Consumer<String> report) {
        if (settings.repeat && TaskInput.isStandardInput(file)) {
            // before it is opened: closing it would take it from the process
            throw notRepeatable(LineKey.STANDARD_INPUT);
        }
        try {
            TaskFileReader reader = new TaskFileReader(file, TaskInput.open(file), settings, report);
            boolean opened = false;
            try {
                if (settings.repeat && reader.isPipe()) {
                    throw notRepeatable(reader.input.name());
                }
                if (!reader.isPipe()) {
                    reader.begin();
                }
                opened = true;
                return reader;
            } finally {
                if (!opened) {
                    reader.close();
                }
            }
        } catch (IOException e) {
            throw TaskInput.unreadable(file, e);
        }
    }

    /** Reads an input that is open. */
    static TaskFileReader of(TaskInput input, Settings settings, Consumer<String> report) {
        return new TaskFileReader(null, input, settings, report);
    }

    /** Returns only the lines of a route from now on. */
    TaskFileReader only(TaskLine.Route lines) {
        route = lines;
        return this;
    }

    private static CommandFailedException notRepeatable(String input) {
        return new CommandFailedException(
                ExitCode.USAGE,
                "--repeat reads the tasks again behind the last line, but " + input
                        + " can be read only once. Pass a file, or omit --repeat.");
    }

    /** The name of this input in the keys of its tasks. */
    String keyName() {
        return input.keyName();
    }

    /**
     * Continues behind the last line whose task is on the topic, instead of at the first line. A file is checked and its lines are
     * skipped now; a pipe, whose lines may not be there yet, before its first task is returned. May be called again when a later task
     * has been found.
     *
     * @throws CommandFailedException if the input is not the one that was dispatched, but its name or its first line is the same
     */
    void continueBehind(LineKey last) throws IOException {
        if (last.equals(behind)) {
            return;
        }
        behind = last;
        if (!isPipe()) {
            skipDispatched(last);
        }
    }

    private void skipDispatched(LineKey last) throws IOException {
        String name = Output.escape(keyName());
        try {
            continued = lines.continueBehind(last);
        } catch (CommandFailedException e) {
            refusedLine = 1;
            throw e;
        }
        report.accept(
                continued
                        ? "Input " + name + " continues behind line " + last.line()
                                + ", the last one whose task is on the topic."
                        : "Input " + name + " is not input " + Output.escape(last.input()) + ", whose line "
                                + last.line() + " has the last task on the topic: it is read from line 1.");
    }

    /**
     * The next task, or empty at the end of the file, which a repeating reader never reaches.
     *
     * @throws CommandFailedException if the file cannot contain tasks, or the line is invalid and this reader is strict, or the file is
     *     to be repeated and has no task
     */
    Optional<TaskLine> next() throws IOException {
        Optional<TaskLine> task = nextOfFile();
        while (task.isEmpty() && settings.repeat) {
            beginAgain();
            task = nextOfFile();
        }
        hasTask = true;
        return task;
    }

    private void beginAgain() throws IOException {
        if (repeated && !hasTask) {
            throw new CommandFailedException(
                    ExitCode.FAILED,
                    "--repeat reads the tasks again behind the last line, but " + input.name()
                            + " has no valid task. Put a task into it, or omit --repeat.");
        }
        repeated = true;
        hasTask = false;
        lines.close();
        lines = new InputLines(TaskInput.open(file).stream(), input.keyName(), settings.maxLineBytes);
    }

    private Optional<TaskLine> nextOfFile() throws IOException {
        begin();
        for (Optional<LineReader.Line> line = lines.next(); line.isPresent(); line = lines.next()) {
            Optional<TaskLine> task = task(line.get());
            if (task.isPresent()) {
                continued = false;
                return task;
            }
        }
        if (continued) {
            report.accept("Input " + Output.escape(keyName())
                    + " has no task behind that line: it was dispatched completely before.");
            continued = false;
        }
        return Optional.empty();
    }

    /**
     * Writes the tasks to a file, one on each line, so that they can be read again.
     *
     * @return how many there are
     */
    public long copyTo(Path file) throws IOException {
        long copied = 0;
        try (Writer writer = Files.newBufferedWriter(file)) {
            for (Optional<TaskLine> task = next(); task.isPresent(); task = next()) {
                writer.write(task.get().json());
                writer.write('\n');
                copied++;
            }
        }
        return copied;
    }

    /**
     * The tasks that were read from a pipe together with earlier ones, and not yet returned. Reads nothing; none of a file, which
     * can be read again.
     */
    List<TaskLine> readAhead() {
        List<TaskLine> tasks = new ArrayList<>();
        try {
            for (Optional<LineReader.Line> line = ahead(); line.isPresent(); line = ahead()) {
                task(line.get()).ifPresent(tasks::add);
            }
        } catch (CommandFailedException e) {
            report.accept(e.getMessage()); // the line that is refused is the next one to read
        } catch (IOException e) {
            throw new UncheckedIOException("Reading bytes in memory failed.", e);
        }
        return tasks;
    }

    private Optional<LineReader.Line> ahead() throws IOException {
        return isPipe() && begun ? lines.buffered() : Optional.empty();
    }

    /** Checks the beginning of the file, and skips the lines that are not to be read. Continues where an interruption ended it. */
    private void begin() throws IOException {
        if (begun) {
            return;
        }
        if (lines.number() == 0) {
            Optional<String> foreign = TextEncoding.foreign(lines.head(TextEncoding.HEAD_BYTES));
            if (foreign.isPresent()) {
                throw unsuitable("contains " + foreign.get(), "Pass JSON lines in UTF-8.");
            }
        }
        skipToFirstLine();
        if (behind != null) {
            skipDispatched(behind);
        }
        begun = true;
    }

    private void skipToFirstLine() throws IOException {
        while (lines.number() < settings.fromLine - 1) {
            if (lines.next().isEmpty()) {
                report.accept("The input has " + lines.number() + " lines, but the first line to read is "
                        + settings.fromLine + ", so nothing was read. Check --from-line.");
                return;
            }
        }
    }

    private Optional<TaskLine> task(LineReader.Line line) {
        if (!(line instanceof LineReader.Text text)) {
            if (!route.accepts(line.number(), "")) {
                return Optional.empty();
            }
            reject(
                    line.number(),
                    String.format(
                            Locale.ROOT, "It has more than the %,d bytes of --max-line-bytes.", settings.maxLineBytes));
            return Optional.empty();
        }
        try {
            String json = TextEncoding.decode(text.bytes());
            if (json.isBlank() || !route.accepts(line.number(), json)) {
                return Optional.empty();
            }
            boolean first = !firstValueSeen;
            firstValueSeen = true;
            TaskLine task = new TaskLine(lines.key(), json);
            return isValid(task, first) ? Optional.of(task) : Optional.empty();
        } catch (NotUtf8Exception e) {
            if (!route.accepts(line.number(), "")) {
                return Optional.empty();
            }
            reject(line.number(), "Of this line, " + e.getMessage() + ".");
            return Optional.empty();
        }
    }

    private boolean isValid(TaskLine task, boolean first) {
        try {
            PAYLOAD.encode(task.json());
            return true;
        } catch (RuntimeException | StackOverflowError e) {
            if (first && isUnfinished(task.json())) {
                boolean array = task.json().stripLeading().startsWith("[");
                throw unsuitable(
                        "has " + (array ? "an array" : "an object") + " on line " + task.number()
                                + " that does not end on that line",
                        "Put each task on a line of its own: jq -c '" + (array ? ".[]" : ".") + "'.");
            }
            reject(task.number(), e.getMessage());
            return false;
        }
    }

    /** Whether the text begins an array or an object, and ends before it does. */
    private static boolean isUnfinished(String json) {
        String value = json.strip();
        if (!value.startsWith("[") && !value.startsWith("{")) {
            return false;
        }
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        try {
            BoundedJson.read(bytes, Integer.MAX_VALUE);
            return false;
        } catch (JsonProcessingException e) {
            return e instanceof JsonEOFException
                    || (e.getLocation() != null && e.getLocation().getByteOffset() >= bytes.length);
        } catch (IOException e) {
            throw new UncheckedIOException("Reading bytes in memory failed.", e);
        }
    }

    private CommandFailedException unsuitable(String found, String remedy) {
        return new CommandFailedException(
                ExitCode.USAGE, "The file of tasks (" + input.name() + ") " + found + ". " + remedy);
    }

    /**
     * Reports that a line is not a valid task, and skips it.
     *
     * @throws CommandFailedException if this reader is strict
     */
    void reject(long line, @Nullable String reason) {
        // the reason may contain the queue's name, which is any text
        String message = "Line " + line + " is not a valid task: " + Output.escape(String.valueOf(reason));
        if (settings.strict) {
            refusedLine = line;
            throw new CommandFailedException(
                    ExitCode.FAILED, message + " Correct the line, or omit --strict to skip it.");
        }
        if (repeated) {
            return;
        }
        skipped++;
        report.accept(message + " The line was skipped.");
    }

    /** The number of lines that were skipped as invalid. */
    public long skipped() {
        return skipped;
    }

    /** The number of the first line that was not read: where a later run continues. */
    long nextLine() {
        return refusedLine > 0 ? refusedLine : lines.number() + 1;
    }

    /** Whether the file cannot be read again: standard input, or a named pipe. */
    boolean isPipe() {
        return input.pipe();
    }

    /** Whether the beginning of the next line was read from a pipe, and not its end. */
    boolean hasPartialLine() {
        return isPipe() && lines.hasPartialLine();
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
