package io.taskqueue.cli;

import io.taskqueue.event.TaskId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which task is meant.
 *
 * @param text the end of its identity as people read it: epoch/sequence, or all of queue/epoch/sequence; null for any task
 */
record TaskChoice(@Nullable String text) {

    private static final Pattern TASK = Pattern.compile("(?s)(?:(.+)/)?(\\d{1,18})/(\\d{1,18})");

    /** @throws CommandFailure if it names no task */
    static TaskChoice parse(@Nullable String text) {
        if (text == null) {
            return new TaskChoice(null);
        }
        if (!TASK.matcher(text).matches()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--task " + Printable.line(text)
                            + " names no task. Write it as it is listed, QUEUE/EPOCH/SEQUENCE, as in orders/7/42; or 7/42 for "
                            + "that task of any queue.");
        }
        return new TaskChoice(text);
    }

    boolean matches(TaskId task) {
        if (text == null) {
            return true;
        }
        Matcher parts = TASK.matcher(text);
        return parts.matches()
                && (parts.group(1) == null || parts.group(1).equals(task.queueName()))
                && Long.parseLong(parts.group(2)) == task.epoch()
                && Long.parseLong(parts.group(3)) == task.sequenceId();
    }
}
