package io.taskqueue.cli.dispatch;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.queue.Ticker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options about the file of tasks. */
final class InputOptions {

    @Option(
            names = "--tasks",
            required = true,
            paramLabel = "FILE|-",
            converter = OptionValue.InputFile.class,
            description =
                    "A file of JSON lines in UTF-8, one task each; gzip data is decompressed; - reads standard input.")
    private String tasks = "";

    @Option(
            names = "--recover",
            description =
                    "First recover the tasks that earlier dispatchers of the queue left, also if they were killed, and continue "
                            + "the input behind the last line whose task is on the topic. On a new queue, it changes nothing.")
    private boolean recover;

    @Option(
            names = "--from-line",
            paramLabel = "N",
            converter = OptionValue.Count.class,
            description =
                    "The first line to read, for example the one at which an earlier run ended. Default: 1, and with --recover "
                            + "the line behind the last one whose task is on the topic.")
    private @Nullable Integer fromLine;

    @Option(
            names = "--max-line-bytes",
            paramLabel = "N",
            converter = OptionValue.Count.class,
            description = "The longest line; a longer one is invalid, and is not held in memory. Default: 12582912, "
                    + "the largest payload.")
    private int maxLineBytes = TaskFileReader.Settings.MAX_LINE_BYTES;

    @Option(names = "--strict", description = "Fail at the first invalid line; the tasks before it are dispatched.")
    private boolean strict;

    @Option(
            names = "--skip-invalid",
            description = "Succeed also if invalid lines were skipped. Without it, the exit code is 1.")
    private boolean skipInvalid;

    @Option(
            names = "--repeat",
            description =
                    "Behind the last line, read the file again from its first, until a stop: for a load that continues.")
    private boolean repeat;

    @Option(
            names = "--rate",
            paramLabel = "N",
            converter = OptionValue.Count.class,
            description = "Enqueue at most so many tasks of a queue per second. Default: as many as the queue takes.")
    private @Nullable Integer rate;

    /** @throws CommandFailedException if the file cannot be opened, or the options exclude each other */
    TaskFileReader open(TaskLine.Route route, Consumer<String> report) {
        if (strict && skipInvalid) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "--strict fails at an invalid line and --skip-invalid accepts it, but both were given. Omit one of them.");
        }
        return TaskFileReader.open(
                        tasks,
                        new TaskFileReader.Settings(strict, maxLineBytes, fromLine == null ? 1 : fromLine, repeat),
                        report)
                .only(route);
    }

    /** Opens the file to look at all of its lines, of which invalid ones are not reported. */
    TaskFileReader openWhole() {
        return TaskFileReader.open(tasks, new TaskFileReader.Settings(false, maxLineBytes, 1, false), line -> {});
    }

    /** @throws CommandFailedException if the tasks are not in a file, which each of several queues can read */
    void requireFile() {
        if (TaskInput.isStandardInput(tasks) || isNamedPipe()) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "Several queues read the tasks, each its lines, but " + Output.escape(tasks)
                            + " can be read only once. Pass a file, or one --queue.");
        }
    }

    private boolean isNamedPipe() {
        Path file = Path.of(tasks);
        return Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file);
    }

    /** The rate at which its tasks are enqueued. */
    TaskRate rate(Ticker ticker) {
        return rate == null ? TaskRate.unlimited() : TaskRate.perSecond(rate, ticker);
    }

    /** Whether the tasks that earlier dispatchers of the queue left are recovered. */
    boolean recover() {
        return recover;
    }

    /** Where the input continues when they are. */
    InputRecovery recovery(Consumer<String> report) {
        return new InputRecovery(fromLine == null ? OptionalInt.empty() : OptionalInt.of(fromLine), report);
    }

    /** @throws CommandFailedException if lines were skipped, and that is not accepted */
    void requireNoneSkipped(TaskFileReader reader) {
        if (reader.skipped() > 0 && !skipInvalid) {
            throw new CommandFailedException(
                    ExitCode.FAILED,
                    reader.skipped()
                            + " lines of the input are not valid tasks and were skipped; see the messages above. Correct"
                            + " and dispatch them, or pass --skip-invalid to accept that.");
        }
    }
}
