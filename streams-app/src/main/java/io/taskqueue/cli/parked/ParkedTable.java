package io.taskqueue.cli.parked;

import io.taskqueue.cli.shared.Output;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.parking.ParkedState;
import io.taskqueue.streams.parking.ParkedState.EffectState;
import io.taskqueue.streams.parking.ParkedTask;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Parked tasks as text. */
final class ParkedTable {

    private static final int LINE_WIDTH = 100;
    private static final int ERROR_INDENT = 4;
    private static final int MAX_SHOWN_BEHIND = 20;
    private static final int MIN_TASK_WIDTH = 12;

    private ParkedTable() {}

    /** A line for each task and one for its error, and the totals. Names of tasks are never truncated: other commands take them. */
    static String tasks(List<ParkedTask> tasks) {
        int width = taskWidth(tasks.stream().map(ParkedTask::task).toList());
        String format = "%-" + width + "s  %-20s  %-9s %5s %7s  %s%n";
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, format, "task", "parked since", "state", "tries", "events", "first event"));
        int events = 0;
        for (ParkedTask task : tasks) {
            Optional<ParkedState.Failed> failed = failed(task.first());
            text.append(String.format(
                    Locale.ROOT,
                    format,
                    Output.escape(task.task().toString()),
                    seconds(task.first().since()),
                    state(task),
                    failed.map(state -> String.valueOf(state.attempts())).orElse("-"),
                    task.events().size(),
                    name(task.first())));
            failed.ifPresent(state -> text.append(String.format(
                    "    %s%n", truncate(error(task.first(), state.error()), LINE_WIDTH - ERROR_INDENT))));
            events += task.events().size();
        }
        return text.append(String.format(Locale.ROOT, "%n%s, %s.", count(tasks.size(), "task"), count(events, "event")))
                .toString();
    }

    private static String count(int number, String what) {
        return String.format(Locale.ROOT, "%,d parked %s%s", number, what, number == 1 ? "" : "s");
    }

    /** A line for each discarded event. */
    static String discarded(List<ParkedEvent> events) {
        int width =
                taskWidth(events.stream().map(event -> event.event().taskId()).toList());
        String format = "%-" + width + "s  %-26s  %-20s  %-12s  %s";
        StringBuilder text =
                new StringBuilder(String.format(Locale.ROOT, format, "task", "event", "discarded at", "by", "reason"));
        for (ParkedEvent event : events) {
            if (event.state() instanceof ParkedState.Discarded discarded) {
                text.append(System.lineSeparator())
                        .append(String.format(
                                Locale.ROOT,
                                format,
                                Output.escape(event.event().taskId().toString()),
                                name(event),
                                seconds(discarded.at()),
                                Output.escape(discarded.by()),
                                Output.escape(discarded.reason())));
            }
        }
        return text.toString();
    }

    /**
     * One task in full.
     *
     * @param sinkOptions the options that select its sink in another command
     */
    static String task(ParkedTask task, String sinkOptions) {
        ParkedEvent first = task.first();
        StringBuilder text = new StringBuilder();
        line(text, "Task", Output.escape(task.task().toString()));
        line(
                text,
                "Event",
                name(first) + " of queue " + Output.escape(first.event().queueName()) + ", at offset " + first.offset()
                        + " of partition " + first.partition() + ", occurred "
                        + first.event().occurredAt());
        line(
                text,
                "Parked",
                seconds(first.since())
                        + (first.round() > 1 ? ", parked " + first.round() + " times so far" : "")
                        + (task.redriven() ? "; it is being redriven" : ""));
        failed(first).ifPresent(failed -> {
            line(text, "Attempts", String.valueOf(failed.attempts()));
            line(text, "Error", error(failed.error()));
            line(text, "Effects", effects(failed));
        });
        line(text, "Payload", Output.escape(first.event().payload()));
        behind(text, task.events().subList(1, task.events().size()));
        String quoted = " --task " + quoted(task.task());
        text.append(String.format(
                "%nTo redrive:  taskqueue parked redrive %s%s --execute%nTo discard:  taskqueue parked discard %s%s "
                        + "--reason WHY --execute",
                sinkOptions, quoted, sinkOptions, quoted));
        return text.toString();
    }

    private static void behind(StringBuilder text, List<ParkedEvent> behind) {
        if (behind.isEmpty()) {
            line(text, "Behind it", "nothing");
        }
        for (int i = 0; i < Math.min(MAX_SHOWN_BEHIND, behind.size()); i++) {
            ParkedEvent event = behind.get(i);
            line(text, i == 0 ? "Behind it" : "", name(event) + ", since " + seconds(event.since()));
        }
        if (behind.size() > MAX_SHOWN_BEHIND) {
            line(text, "", String.format(Locale.ROOT, "and %,d more", behind.size() - MAX_SHOWN_BEHIND));
        }
    }

    private static void line(StringBuilder text, String label, String value) {
        text.append(String.format(Locale.ROOT, "%-11s  %s%n", label, value));
    }

    private static String name(ParkedEvent event) {
        return event.event().kind().wireName() + " " + event.event().position();
    }

    private static String state(ParkedTask task) {
        if (task.redriven()) {
            return "redriven";
        }
        boolean undecided = failed(task.first())
                .map(failed -> failed.effects().containsValue(EffectState.UNDECIDED)
                        || failed.effects().containsValue(EffectState.UNRECORDED))
                .orElse(false);
        return undecided ? "undecided" : "failed";
    }

    private static Optional<ParkedState.Failed> failed(ParkedEvent event) {
        return event.state() instanceof ParkedState.Failed failed ? Optional.of(failed) : Optional.empty();
    }

    private static String effects(ParkedState.Failed failed) {
        if (failed.effects().isEmpty()) {
            return "nothing recorded";
        }
        return failed.effects().entrySet().stream()
                .map(effect -> Output.escape(effect.getKey()) + " "
                        + switch (effect.getValue()) {
                            case DONE -> "is done";
                            case FAILED -> "failed permanently";
                            case BEGUN -> "was started";
                            case UNRECORDED -> "is done, but its result was too large to be recorded";
                            case UNDECIDED -> "was started and has an unknown outcome: a redrive runs it";
                        })
                .collect(Collectors.joining("; "));
    }

    private static String error(TaskError error) {
        return Output.escape((error.code() == null ? "" : error.code() + ": ") + error.message());
    }

    /** The error without the name of the event, which is in the line above. */
    private static String error(ParkedEvent event, TaskError error) {
        return error(error).replace(" of " + Output.escape(event.event().toString()), "");
    }

    private static String quoted(TaskId task) {
        String text = Output.escape(task.toString());
        return text.matches("[\\w./:@%+-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    private static int taskWidth(List<TaskId> tasks) {
        return tasks.stream()
                .mapToInt(task -> Output.escape(task.toString()).length())
                .reduce(MIN_TASK_WIDTH, Math::max);
    }

    /** Truncates the end: an error begins with what it is, and of what; {@code show} prints all of it. */
    private static String truncate(String text, int maxLength) {
        return text.length() <= maxLength ? text : text.substring(0, maxLength - 2) + " …";
    }

    private static String seconds(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
