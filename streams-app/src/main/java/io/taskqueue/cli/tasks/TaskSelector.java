package io.taskqueue.cli.tasks;

import io.taskqueue.event.TaskId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Selects tasks by their identity.
 *
 * @param text {@code EPOCH/SEQUENCE}, which selects that task of any queue, or {@code QUEUE/EPOCH/SEQUENCE}; null selects every
 *     task
 */
public record TaskSelector(@Nullable String text) {

    private static final Pattern FORMAT = Pattern.compile("(?s)(?:(.+)/)?(\\d{1,18})/(\\d{1,18})");

    /** @throws IllegalArgumentException if the text has another format */
    public TaskSelector {
        if (text != null && !FORMAT.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a task. Write it as it is listed, "
                    + "QUEUE/EPOCH/SEQUENCE, for example orders/7/42; 7/42 selects that task of any queue.");
        }
    }

    /** Whether the task is selected. */
    public boolean matches(TaskId task) {
        if (text == null) {
            return true;
        }
        Matcher parts = FORMAT.matcher(text);
        return parts.matches()
                && (parts.group(1) == null || parts.group(1).equals(task.queueName()))
                && Long.parseLong(parts.group(2)) == task.epoch()
                && Long.parseLong(parts.group(3)) == task.sequenceId();
    }
}
