package io.taskqueue.cli.tasks;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.Output;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that selects tasks by their identity. */
public final class TaskOption {

    @Option(
            names = "--task",
            paramLabel = "TASK",
            description = "Only this task: QUEUE/EPOCH/SEQUENCE as it is listed, or EPOCH/SEQUENCE.")
    private @Nullable String text;

    /** The option as it was given, for messages; empty if it was not. */
    public Optional<String> text() {
        return Optional.ofNullable(text).map(Output::escape);
    }

    /** @throws CommandFailedException if the option is invalid */
    public TaskSelector selector() {
        try {
            return new TaskSelector(text);
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(
                    ExitCode.USAGE, "--task: " + Output.escape(String.valueOf(e.getMessage())), e);
        }
    }
}
