package io.taskqueue.cli.dispatch;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.source.recovery.RecoveryReport;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Where the input continues when the queue is recovered: behind the line of the task that was enqueued last, by the key of that task.
 *
 * @param fromLine the line that the user named, which overrides the key
 * @param report receives a message about what is read, and why
 */
record InputRecovery(OptionalInt fromLine, Consumer<String> report) {

    /**
     * Checks the input before the queue is claimed, as far as it can be read twice.
     *
     * @throws CommandFailedException if the input is not the one that was dispatched, but looks like it
     */
    void requireContinuable(TaskFileReader tasks, RecoveryReport found) {
        if (fromLine.isEmpty()) {
            found.lastKey().flatMap(LineKey::parse).ifPresent(key -> continueBehind(tasks, key));
        }
    }

    /**
     * Sets the reader behind the last line whose task is on the topic.
     *
     * @throws CommandFailedException if the input is not the one that was dispatched, but looks like it
     */
    void continueInput(TaskFileReader tasks, RecoveryReport recovered) {
        Optional<LineKey> last = recovered.lastKey().flatMap(LineKey::parse);
        if (fromLine.isPresent()) {
            last.ifPresent(key -> report.accept("Reading from line " + fromLine.getAsInt()
                    + " because of --from-line, instead of behind line " + key.line() + " of input "
                    + Output.escape(key.input()) + ", the last one whose task is on the topic."));
        } else if (last.isPresent()) {
            continueBehind(tasks, last.get());
        } else if (recovered.reading().events() > 1) { // SourceStarted is one
            report.accept("The last task on the topic has "
                    + recovered
                            .lastKey()
                            .map(key -> "the key " + Output.escape(key) + ", which names no line of an input")
                            .orElse("no key")
                    + ": the input is read from line 1. If its tasks are on the topic already, stop this command and pass"
                    + " --from-line.");
        }
    }

    private static void continueBehind(TaskFileReader tasks, LineKey last) {
        try {
            tasks.continueBehind(last);
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitCode.FAILED,
                    "The file of tasks could not be read up to line " + last.line()
                            + ", the last one whose task is on the topic: " + e.getMessage()
                            + ". Check the file.",
                    e);
        }
    }
}
