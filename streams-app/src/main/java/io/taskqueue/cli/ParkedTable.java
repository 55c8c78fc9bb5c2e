package io.taskqueue.cli;

import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.streams.ParkedEvent;
import io.taskqueue.streams.ParkedState;
import io.taskqueue.streams.ParkedState.EffectState;
import io.taskqueue.streams.ParkedTask;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Parked tasks as a person reads them. */
final class ParkedTable {

    private static final int WIDTH = 100;
    private static final int SHOWN_BEHIND = 20;

    private ParkedTable() {}

    /** Each task with its error, and a sum. Names of tasks are never cut: they are what other commands ask for. */
    static String tasks(List<ParkedTask> tasks) {
        int wide = wide(tasks.stream().map(ParkedTask::task).toList());
        String format = "%-" + wide + "s  %-20s  %-9s %5s %7s  %s%n";
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, format, "task", "parked since", "state", "tries", "events", "first event"));
        int events = 0;
        for (ParkedTask task : tasks) {
            Optional<ParkedState.Failed> failed = failed(task.first());
            text.append(String.format(
                    Locale.ROOT,
                    format,
                    Printable.line(task.task().toString()),
                    seconds(task.first().since()),
                    state(task),
                    failed.map(state -> String.valueOf(state.attempts())).orElse("-"),
                    task.events().size(),
                    name(task.first())));
            failed.ifPresent(state ->
                    text.append(String.format("    %s%n", cut(error(task.first(), state.error()), WIDTH - 4))));
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
        int wide = wide(events.stream().map(event -> event.event().taskId()).toList());
        String format = "%-" + wide + "s  %-26s  %-20s  %-12s  %s";
        StringBuilder text =
                new StringBuilder(String.format(Locale.ROOT, format, "task", "event", "discarded at", "by", "reason"));
        for (ParkedEvent event : events) {
            if (event.state() instanceof ParkedState.Discarded discarded) {
                text.append(System.lineSeparator())
                        .append(String.format(
                                Locale.ROOT,
                                format,
                                Printable.line(event.event().taskId().toString()),
                                name(event),
                                seconds(discarded.at()),
                                Printable.line(discarded.by()),
                                Printable.line(discarded.reason())));
            }
        }
        return text.toString();
    }

    /**
     * All of one task.
     *
     * @param same the options that name its sink to another command
     */
    static String task(ParkedTask task, String same) {
        ParkedEvent first = task.first();
        StringBuilder text = new StringBuilder();
        line(text, "Task", Printable.line(task.task().toString()));
        line(
                text,
                "Event",
                name(first) + " of queue " + Printable.line(first.event().queueName()) + ", at offset " + first.offset()
                        + " of partition " + first.partition() + ", occurred "
                        + first.event().occurredAt());
        line(
                text,
                "Parked",
                seconds(first.since())
                        + (first.round() > 1 ? ", parked " + first.round() + " times so far" : "")
                        + (task.redriven() ? "; it is being redriven" : ""));
        failed(first).ifPresent(failed -> {
            line(text, "Tries", String.valueOf(failed.attempts()));
            line(text, "Error", error(failed.error()));
            line(text, "Effects", effects(failed));
        });
        line(text, "Payload", Printable.line(first.event().payload()));
        behind(text, task.events().subList(1, task.events().size()));
        String quoted = " --task " + quoted(task.task());
        text.append(String.format(
                "%nMended?      taskqueue parked redrive %s%s --execute%nGive it up?  taskqueue parked discard %s%s "
                        + "--reason WHY --execute",
                same, quoted, same, quoted));
        return text.toString();
    }

    private static void behind(StringBuilder text, List<ParkedEvent> behind) {
        if (behind.isEmpty()) {
            line(text, "Behind it", "nothing");
        }
        for (int i = 0; i < Math.min(SHOWN_BEHIND, behind.size()); i++) {
            ParkedEvent event = behind.get(i);
            line(text, i == 0 ? "Behind it" : "", name(event) + ", since " + seconds(event.since()));
        }
        if (behind.size() > SHOWN_BEHIND) {
            line(text, "", String.format(Locale.ROOT, "and %,d more", behind.size() - SHOWN_BEHIND));
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
                .map(failed -> failed.effects().containsValue(EffectState.UNDECIDED))
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
                .map(effect -> Printable.line(effect.getKey()) + " "
                        + switch (effect.getValue()) {
                            case DONE -> "is done";
                            case FAILED -> "failed for good";
                            case BEGUN -> "was begun";
                            case UNDECIDED -> "was begun, and nobody knows whether it was done: a redrive runs it";
                        })
                .collect(Collectors.joining("; "));
    }

    private static String error(TaskError error) {
        return Printable.line((error.code() == null ? "" : error.code() + ": ") + error.message());
    }

    /** Without the name of the event, which stands in the line above. */
    private static String error(ParkedEvent event, TaskError error) {
        return error(error).replace(" of " + Printable.line(event.event().toString()), "");
    }

    private static String quoted(TaskId task) {
        String text = Printable.line(task.toString());
        return text.matches("[\\w./:@%+-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    private static int wide(List<TaskId> tasks) {
        return tasks.stream()
                .mapToInt(task -> Printable.line(task.toString()).length())
                .reduce(12, Math::max);
    }

    /** Cut at the end: an error says at its begin what it is, and of what; {@code show} has the whole of it. */
    private static String cut(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most - 2) + " …";
    }

    private static String seconds(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
