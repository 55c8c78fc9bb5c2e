package io.taskqueue.cli.dead;

import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.tasks.TaskText;
import io.taskqueue.event.Position;
import io.taskqueue.source.dead.DeadTask;
import io.taskqueue.source.dead.DeadTask.Contents;
import io.taskqueue.source.dead.DeadTask.Decoded;
import io.taskqueue.source.dead.DeadTask.Undecodable;
import io.taskqueue.source.dead.DeadTaskPage;
import java.util.List;
import java.util.Locale;

/** Dead tasks as text. */
final class DeadTable {

    private DeadTable() {}

    /** A line for each task and one for its error. */
    static String tasks(List<DeadTask> tasks) {
        int width = TaskText.taskWidth(tasks.stream().map(DeadTask::task).toList());
        String format = "%-" + width + "s  %-20s  %8s  %-20s %10s%n";
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, format, "task", "dead since", "attempts", "event", "offset"));
        for (DeadTask dead : tasks) {
            text.append(String.format(
                    Locale.ROOT,
                    format,
                    TaskText.name(dead.task()),
                    TaskText.seconds(dead.since()),
                    attempts(dead.contents()),
                    dead.position(),
                    dead.offset()));
            text.append(TaskText.errorLine(error(dead)));
        }
        return text.append(System.lineSeparator())
                .append(TaskText.count(tasks.size(), "dead task"))
                .append('.')
                .toString();
    }

    private static String attempts(Contents contents) {
        return contents instanceof Decoded decoded
                ? String.valueOf(decoded.task().attempt())
                : "-";
    }

    private static String error(DeadTask dead) {
        if (dead.contents() instanceof Undecodable undecodable) {
            return "cannot be decoded, and so not be retried: " + Output.escape(undecodable.reason());
        }
        return dead.error().map(TaskText::error).orElse("no error is recorded");
    }

    /**
     * What a page does not contain: what retention has removed, and further tasks.
     *
     * @param more how to get further tasks, before the offset
     */
    static String remarks(DeadTaskPage page, String more) {
        StringBuilder text = new StringBuilder();
        DeadTaskPage.Reading reading = page.reading();
        if (reading.from() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "%nRetention has removed the events of partition %s before offset %d%s: tasks that became dead there are "
                            + "not found.",
                    partition(reading),
                    reading.from(),
                    reading.first()
                            .map(first -> ", those of this queue before " + first)
                            .orElse("")));
        }
        page.next()
                .ifPresent(next ->
                        text.append(String.format("%nThere are further ones. %s --from-offset %d.", more, next)));
        return text.toString();
    }

    static String partition(DeadTaskPage.Reading reading) {
        return reading.topic() + "-" + reading.partition();
    }

    /**
     * One task in full.
     *
     * @param queueOptions the options that select its queue in another command
     */
    static String task(DeadTask dead, DeadTaskPage.Reading reading, String queueOptions) {
        StringBuilder text = new StringBuilder();
        TaskText.line(text, "Task", TaskText.name(dead.task()));
        TaskText.line(
                text,
                "Dead since",
                dead.since() + ", event " + dead.position() + ", at offset " + dead.offset() + " of partition "
                        + partition(reading));
        if (dead.contents() instanceof Decoded decoded) {
            TaskText.line(text, "Enqueued", decoded.task().enqueuedAt().toString());
            if (decoded.task().key() != null) {
                TaskText.line(text, "Key", Output.escape(decoded.task().key()));
            }
            TaskText.line(
                    text,
                    "Attempts",
                    decoded.task().attempt()
                            + (decoded.task().firstAttempt() > 1
                                    ? ", of which " + decoded.task().attempts() + " since it was retried"
                                    : ""));
            TaskText.line(text, "Error", error(dead));
            dead.error().ifPresent(error -> error.metadata()
                    .forEach((name, value) ->
                            TaskText.line(text, "", Output.escape(name) + ": " + Output.escape(value))));
            TaskText.line(text, "Payload", Output.escape(decoded.task().payload()));
            text.append(String.format(
                    "%nTo retry:  taskqueue dead retry %s --task %s --execute",
                    queueOptions, TaskText.argument(dead.task())));
        } else if (dead.contents() instanceof Undecodable undecodable) {
            TaskText.line(text, "Error", "its event cannot be decoded: " + Output.escape(undecodable.reason()));
            text.append(String.format("%nIt cannot be retried."));
        }
        return text.toString();
    }

    /** Positions of events, as a range where there are several. */
    static String range(List<Position> positions) {
        List<Position> sorted = positions.stream().sorted().toList();
        Position first = sorted.get(0);
        Position last = sorted.get(sorted.size() - 1);
        return first.equals(last) ? "event " + first : "events " + first + " to " + last;
    }
}
