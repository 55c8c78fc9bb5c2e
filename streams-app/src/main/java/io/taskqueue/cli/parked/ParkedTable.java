package io.taskqueue.cli.parked;

import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.tasks.TaskText;
import io.taskqueue.event.TaskError;
import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.parking.ParkedState;
import io.taskqueue.streams.parking.ParkedState.EffectState;
import io.taskqueue.streams.parking.ParkedTask;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Parked tasks as text. */
final class ParkedTable {

    private static final int MAX_SHOWN_BEHIND = 20;

    private ParkedTable() {}

    /** A line for each task and one for its error, and the totals. Names of tasks are never truncated: other commands take them. */
    static String tasks(List<ParkedTask> tasks) {
        int width = TaskText.taskWidth(tasks.stream().map(ParkedTask::task).toList());
        String format = "%-" + width + "s  %-20s  %-9s %5s %7s  %s%n";
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, format, "task", "parked since", "state", "tries", "events", "first event"));
        int events = 0;
        for (ParkedTask task : tasks) {
            Optional<ParkedState.Failed> failed = failed(task.first());
            text.append(String.format(
                    Locale.ROOT,
                    format,
                    TaskText.name(task.task()),
                    TaskText.seconds(task.first().since()),
                    state(task),
                    failed.map(state -> String.valueOf(state.attempts())).orElse("-"),
                    task.events().size(),
                    name(task.first())));
            failed.ifPresent(state -> text.append(TaskText.errorLine(error(task.first(), state.error()))));
            events += task.events().size();
        }
        return text.append(String.format(
                        Locale.ROOT,
                        "%n%s, %s.",
                        TaskText.count(tasks.size(), "parked task"),
                        TaskText.count(events, "parked event")))
                .toString();
    }

    /** A line for each discarded event. */
    static String discarded(List<ParkedEvent> events) {
        int width = TaskText.taskWidth(
                events.stream().map(event -> event.event().taskId()).toList());
        String format = "%-" + width + "s  %-26s  %-20s  %-12s  %s";
        StringBuilder text =
                new StringBuilder(String.format(Locale.ROOT, format, "task", "event", "discarded at", "by", "reason"));
        for (ParkedEvent event : events) {
            if (event.state() instanceof ParkedState.Discarded discarded) {
                text.append(System.lineSeparator())
                        .append(String.format(
                                Locale.ROOT,
                                format,
                                TaskText.name(event.event().taskId()),
                                name(event),
                                TaskText.seconds(discarded.at()),
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
        TaskText.line(text, "Task", TaskText.name(task.task()));
        TaskText.line(
                text,
                "Event",
                name(first) + " of queue " + Output.escape(first.event().queueName()) + ", at offset " + first.offset()
                        + " of partition " + first.partition() + ", occurred "
                        + first.event().occurredAt());
        TaskText.line(
                text,
                "Parked",
                TaskText.seconds(first.since())
                        + (first.round() > 1 ? ", parked " + first.round() + " times so far" : "")
                        + (task.redriven() ? "; it is being redriven" : ""));
        failed(first).ifPresent(failed -> {
            TaskText.line(text, "Attempts", String.valueOf(failed.attempts()));
            TaskText.line(text, "Error", TaskText.error(failed.error()));
            TaskText.line(text, "Effects", effects(failed));
        });
        TaskText.line(
                text,
                "Payload",
                first.event().hasPayload()
                        ? Output.escape(first.event().payload())
                        : "not in this event: its source includes it in the task's first event only");
        behind(text, task.events().subList(1, task.events().size()));
        String quoted = " --task " + TaskText.argument(task.task());
        text.append(String.format(
                "%nTo redrive:  taskqueue parked redrive %s%s --execute%nTo discard:  taskqueue parked discard %s%s "
                        + "--reason WHY --execute",
                sinkOptions, quoted, sinkOptions, quoted));
        return text.toString();
    }

    private static void behind(StringBuilder text, List<ParkedEvent> behind) {
        if (behind.isEmpty()) {
            TaskText.line(text, "Behind it", "nothing");
        }
        for (int i = 0; i < Math.min(MAX_SHOWN_BEHIND, behind.size()); i++) {
            ParkedEvent event = behind.get(i);
            TaskText.line(text, i == 0 ? "Behind it" : "", name(event) + ", since " + TaskText.seconds(event.since()));
        }
        if (behind.size() > MAX_SHOWN_BEHIND) {
            TaskText.line(text, "", String.format(Locale.ROOT, "and %,d more", behind.size() - MAX_SHOWN_BEHIND));
        }
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

    /** The error without the name of the event, which is in the line above. */
    private static String error(ParkedEvent event, TaskError error) {
        return TaskText.error(error)
                .replace(" of " + Output.escape(event.event().toString()), "");
    }
}
