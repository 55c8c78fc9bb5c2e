package io.taskqueue.streams.replay;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.PercentEncoding;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Parses the clauses of a {@link Selection}, and reports what is wrong with one. Not thread-safe. */
final class SelectionParser {

    private static final Pattern TASK = Pattern.compile("(?s)(.+/)?(\\d{1,18})/(\\d{1,18})");
    private static final String KINDS = Arrays.stream(EventKind.values())
            .filter(EventKind::passedToSinks)
            .map(EventKind::wireName)
            .collect(Collectors.joining(", "));

    private final Set<String> queues = new TreeSet<>();
    private final Set<EventKind> kinds = new TreeSet<>();
    private final Set<String> tasks = new TreeSet<>();
    private Optional<SelectionBound> from = Optional.empty();
    private Optional<SelectionBound> to = Optional.empty();
    private boolean failures;

    void add(String clause) {
        int equals = clause.indexOf('=');
        String value = clause.substring(equals + 1);
        if (equals < 0 || value.isEmpty()) {
            throw invalid(clause, "has no value");
        }
        switch (clause.substring(0, equals)) {
            case "queue" -> queues.add(decode(clause, value));
            case "kind" -> kinds.add(kind(clause, value));
            case "task" -> tasks.add(task(clause, decode(clause, value)));
            case "from" -> from = bound(clause, from, value);
            case "to" -> to = bound(clause, to, value);
            case "result" -> failures = failed(clause, value);
            default -> throw invalid(clause, "names an unknown field");
        }
    }

    Selection selection() {
        return new Selection(queues, kinds, tasks, from, to, failures);
    }

    private static Optional<SelectionBound> bound(String clause, Optional<SelectionBound> before, String value) {
        if (before.isPresent()) {
            throw invalid(clause, "is given a second time, after " + before.get());
        }
        Optional<SelectionBound> bound = SelectionBound.parse(value);
        if (bound.isEmpty()) {
            throw invalid(clause, "is neither a position nor a time");
        }
        return bound;
    }

    private static boolean failed(String clause, String value) {
        if (!value.equals("failed")) {
            throw invalid(clause, "names another result than failed");
        }
        return true;
    }

    private static EventKind kind(String clause, String value) {
        return EventKind.ofWireName(value)
                .filter(EventKind::passedToSinks)
                .orElseThrow(() -> invalid(clause, "does not name a kind of event that sinks get"));
    }

    private static String task(String clause, String value) {
        Matcher task = TASK.matcher(value);
        if (!task.matches()) {
            throw invalid(clause, "does not name a task");
        }
        String queue = task.group(1) == null ? "" : task.group(1);
        return queue + Long.parseLong(task.group(2)) + "/" + Long.parseLong(task.group(3));
    }

    private static String decode(String clause, String value) {
        try {
            return PercentEncoding.decode(value);
        } catch (IllegalArgumentException e) {
            throw invalid(clause, "has a percent sign without two hexadecimal digits");
        }
    }

    private static IllegalArgumentException invalid(String clause, String what) {
        return new IllegalArgumentException(
                "The selection '" + clause + "' " + what
                        + ". Write all, or clauses separated by commas: queue=NAME, kind=KIND (" + KINDS
                        + "), task=EPOCH/SEQUENCE or task=QUEUE/EPOCH/SEQUENCE, from=BOUND and to=BOUND with a position "
                        + "EPOCH/SEQUENCE or a time like 2026-11-23T09:30:00Z, result=failed. In a name, a comma is %2C and a percent sign %25.");
    }
}
