package io.taskqueue.cli.tasks;

import io.taskqueue.cli.shared.Output;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.text.ShellText;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Locale;

/** Tasks in tables: the parts of text that several commands print. Tables fit into {@value #LINE_WIDTH} columns. */
public final class TaskText {

    /** The width of a table, unless the name of a task is longer than usual. */
    public static final int LINE_WIDTH = 100;

    private static final int ERROR_INDENT = 4;
    private static final int MIN_TASK_WIDTH = 12;

    private TaskText() {}

    /** The width of the column of tasks. Their names are never truncated: other commands take them. */
    public static int taskWidth(Collection<TaskId> tasks) {
        return tasks.stream().mapToInt(task -> name(task).length()).reduce(MIN_TASK_WIDTH, Math::max);
    }

    /** The task as other commands take it. */
    public static String name(TaskId task) {
        return Output.escape(task.toString());
    }

    /** The task as an argument for a shell. */
    public static String argument(TaskId task) {
        return ShellText.quote(name(task));
    }

    public static String error(TaskError error) {
        return Output.escape((error.code() == null ? "" : error.code() + ": ") + error.message());
    }

    /** The line below a task that states its error, truncated at the end: an error begins with what it is. */
    public static String errorLine(String error) {
        return String.format("    %s%n", truncated(error, LINE_WIDTH - ERROR_INDENT));
    }

    private static String truncated(String text, int maxLength) {
        return text.length() <= maxLength ? text : text.substring(0, maxLength - 2) + " …";
    }

    /** Adds a line of the description of one task. */
    public static void line(StringBuilder text, String label, String value) {
        text.append(String.format("%-11s  %s%n", label, value));
    }

    public static String seconds(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** A number of things: {@code 1 dead task}, {@code 2 dead tasks}. */
    public static String count(long number, String thing) {
        return String.format(Locale.ROOT, "%,d %s%s", number, thing, number == 1 ? "" : "s");
    }
}
