package io.taskqueue.cli.dispatch;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.event.PercentEncoding;
import io.taskqueue.source.unreplicated.UnreplicatedEvents;
import io.taskqueue.source.unreplicated.UnreplicatedFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options about how a dispatcher ends, and where it leaves what it could not finish. */
final class StopOptions {

    private static final int LONGEST_NAME = 100;
    private static final int MOST_FILES = 1_000;

    @Option(
            names = "--grace",
            paramLabel = "D",
            defaultValue = "10s",
            description = "How long a stop waits for leases to finish. Default: ${DEFAULT-VALUE}.")
    private Duration grace = Duration.ZERO;

    @Option(
            names = "--hand-over",
            description =
                    "On a stop, leave the remaining tasks on the topic for the next owner of the queue, which takes them with "
                            + "--recover. The exit code is then 0.")
    private boolean handOver;

    @Option(
            names = "--drain-to",
            paramLabel = "FILE",
            description =
                    "On a stop, write the remaining tasks to this file, as JSON lines. It must not exist, or be empty. "
                            + "Without it, the numbers of their lines are printed.")
    private @Nullable Path drainTo;

    @Option(
            names = "--close-timeout",
            paramLabel = "D",
            description =
                    "How long the end waits until Kafka has acknowledged the remaining events. Default: until it has, or "
                            + "until a second SIGTERM or Ctrl-C.")
    private @Nullable Duration closeTimeout;

    @Option(
            names = "--unreplicated-to",
            paramLabel = "FILE",
            description =
                    "Where to write events that Kafka has not acknowledged at the end, for `taskqueue resend`. It must not "
                            + "exist. Default: unreplicated-QUEUE.ndjson in the working directory.")
    private @Nullable Path unreplicatedTo;

    Duration grace() {
        return grace;
    }

    /** Whether a stop leaves the remaining tasks to the next owner of the queue. */
    boolean handOver() {
        return handOver;
    }

    /** How long to wait for acknowledgements at the end; without limit if empty. */
    Optional<Duration> closeTimeout() {
        return Optional.ofNullable(closeTimeout);
    }

    Optional<Path> drainTo() {
        return Optional.ofNullable(drainTo);
    }

    /**
     * Checks that nothing of an earlier run is overwritten, that the files can be written, and that each task remains in one place.
     *
     * @throws CommandFailedException if not
     */
    void validate(String queue) {
        if (drainTo != null) {
            if (handOver) {
                throw new CommandFailedException(
                        ExitCode.USAGE,
                        "--hand-over leaves the remaining tasks on the topic and --drain-to writes them to a file, but both were"
                                + " given: the tasks would be done twice. Omit one of them.");
            }
            requireDirectory(drainTo, "--drain-to");
            requireEmpty(drainTo);
        }
        Path unreplicated = unreplicatedFile(queue);
        requireDirectory(unreplicated, "--unreplicated-to");
        if (Files.exists(unreplicated)) {
            throw new CommandFailedException(
                    ExitCode.REFUSED,
                    "The file " + unreplicated
                            + " exists: an earlier run left events there that Kafka had not acknowledged, "
                            + "and as soon as this run claims the queue they cannot be published any more. Publish them with "
                            + "`taskqueue resend`, then delete the file; or name another one with --unreplicated-to.");
        }
    }

    private static void requireEmpty(Path file) {
        try {
            if (Files.exists(file) && (!Files.isRegularFile(file) || Files.size(file) > 0)) {
                throw new CommandFailedException(
                        ExitCode.REFUSED,
                        "The file " + file
                                + " of --drain-to exists and is not empty: it may contain the tasks that an earlier"
                                + " run left. Dispatch and delete it, or name another one.");
            }
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "The file " + file + " of --drain-to cannot be read: " + e.getMessage()
                            + ". Check its permissions.",
                    e);
        }
    }

    private static void requireDirectory(Path file, String option) {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "The directory of " + file + " (" + option
                            + ") does not exist. Create it, or name a file elsewhere.");
        }
    }

    /**
     * Checks that no option names one file for several queues.
     *
     * @throws CommandFailedException if one does
     */
    void requireNoFile() {
        if (drainTo != null || unreplicatedTo != null) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    (drainTo == null ? "--unreplicated-to" : "--drain-to")
                            + " names one file, but there are several queues. Omit it: "
                            + (drainTo == null
                                    ? "each queue has a file unreplicated-QUEUE.ndjson in the working directory."
                                    : "--hand-over leaves the remaining tasks of each to its next owner."));
        }
    }

    /** The file for events that were not replicated. */
    Path unreplicatedFile(String queue) {
        if (unreplicatedTo != null) {
            return unreplicatedTo;
        }
        String name = PercentEncoding.encode(queue);
        // the name of a queue may be longer than that of a file
        String shortName = name.length() <= LONGEST_NAME
                ? name
                : name.substring(0, LONGEST_NAME) + "-" + Integer.toHexString(queue.hashCode());
        return Path.of("unreplicated-" + shortName + ".ndjson");
    }

    /**
     * Writes the events to the file; if it exists by now, to one with a number behind its name; if it cannot be written, to the
     * directory of temporary files.
     *
     * @return the file that was written
     * @throws CommandFailedException if no file could be written
     */
    Path write(UnreplicatedEvents events, String queue) {
        Path file = unreplicatedFile(queue);
        Path temporary = Path.of(
                System.getProperty("java.io.tmpdir"),
                file.toAbsolutePath().getFileName().toString());
        StringBuilder problems = new StringBuilder();
        for (Path candidate : List.of(file, temporary)) {
            try {
                return writeNew(candidate, events);
            } catch (IOException | IllegalStateException e) {
                problems.append(' ')
                        .append(candidate)
                        .append(" cannot be written: ")
                        .append(e)
                        .append('.');
            }
        }
        throw new CommandFailedException(
                ExitCode.FAILED,
                events.count() + " events, from " + events.first() + " to " + events.last()
                        + ", were not acknowledged by Kafka and are lost with this process:" + problems
                        + " Compare the tasks with the outcome at the target.");
    }

    private static Path writeNew(Path file, UnreplicatedEvents events) throws IOException {
        for (int number = 1; ; number++) {
            Path candidate = number == 1 ? file : file.resolveSibling(file.getFileName() + "." + number);
            try {
                UnreplicatedFile.write(candidate, events);
                return candidate;
            } catch (FileAlreadyExistsException e) {
                if (number == MOST_FILES) {
                    throw e;
                }
            }
        }
    }
}
