package io.taskqueue.streams.replay;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Which events of a replay are selected. Immutable.
 *
 * <pre>
 *   selection = "all" | clause { "," clause }
 *   clause    = "queue=" NAME                    the event's queue
 *             | "kind=" KIND                     as in the event's JSON: Enqueued, Completed ...
 *             | "task=" [ QUEUE "/" ] EPOCH "/" SEQUENCE
 *             | "from=" BOUND | "to=" BOUND      at most one of each; the bound itself is included
 *             | "result=failed"                  an effect of the event has a recorded failure as its newest result
 *   BOUND     = EPOCH "/" SEQUENCE               the event's position
 *             | TIME                             when it occurred, as in 2026-11-23T09:30:00Z
 * </pre>
 *
 * <p>Values of one field are alternatives; different fields must all match. In names, {@code ,} is written {@code %2C} and
 * {@code %} is written {@code %25}, as any other character may be percent-encoded. The queue of a task is the one that it
 * was enqueued into first.
 */
public final class Selection {

    /** Every event. */
    public static final Selection ALL =
            new Selection(Set.of(), Set.of(), Set.of(), Optional.empty(), Optional.empty(), false);

    private static final String EVERYTHING = "all";
    private static final String FAILURES = "result=failed";

    private final Set<String> queues;
    private final Set<EventKind> kinds;
    private final Set<String> tasks;
    private final Optional<SelectionBound> from;
    private final Optional<SelectionBound> to;
    private final boolean failures;

    Selection(
            Set<String> queues,
            Set<EventKind> kinds,
            Set<String> tasks,
            Optional<SelectionBound> from,
            Optional<SelectionBound> to,
            boolean failures) {
        this.queues = Set.copyOf(queues);
        this.kinds = Set.copyOf(kinds);
        this.tasks = Set.copyOf(tasks);
        this.from = from;
        this.to = to;
        this.failures = failures;
    }

    /**
     * Parses a selection.
     *
     * @param texts each {@code all} or clauses separated by commas; together they are one selection
     * @throws IllegalArgumentException if one of them is not a selection
     */
    public static Selection parse(List<String> texts) {
        if (texts.equals(List.of(EVERYTHING))) {
            return ALL;
        }
        SelectionParser parser = new SelectionParser();
        texts.forEach(text -> List.of(text.split(",", -1)).forEach(parser::add));
        return parser.selection();
    }

    /**
     * Whether an event is selected.
     *
     * @param failed whether an effect of the event has a recorded failure as its newest result
     */
    public boolean matches(ReplicationEvent<?> event, boolean failed) {
        return (failed || !failures)
                && (queues.isEmpty() || queues.contains(event.queueName()))
                && (kinds.isEmpty() || kinds.contains(event.kind()))
                && (tasks.isEmpty() || matches(event.taskId()))
                && from.map(bound -> bound.compare(event) >= 0).orElse(true)
                && to.map(bound -> bound.compare(event) <= 0).orElse(true);
    }

    private boolean matches(TaskId task) {
        // a queue's name is not empty, so the short form of a task never equals the long form of another
        return tasks.contains(task.toString()) || tasks.contains(task.epoch() + "/" + task.sequenceId());
    }

    /**
     * Whether only events with a recorded failure are selected. A rerun of them runs the failed effects, and those that never ran; the
     * others keep their results.
     */
    public boolean failuresOnly() {
        return failures;
    }

    /** Whether every event is selected. */
    public boolean isAll() {
        return equals(ALL);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Selection that
                && queues.equals(that.queues)
                && kinds.equals(that.kinds)
                && tasks.equals(that.tasks)
                && from.equals(that.from)
                && to.equals(that.to)
                && failures == that.failures;
    }

    @Override
    public int hashCode() {
        return Objects.hash(queues, kinds, tasks, from, to, failures);
    }

    /** The selection as {@link #parse} accepts it. */
    @Override
    public String toString() {
        List<String> clauses = new ArrayList<>();
        clauses.addAll(clauses("queue", queues, Selection::escape));
        clauses.addAll(clauses("kind", kinds, EventKind::wireName));
        clauses.addAll(clauses("task", tasks, Selection::escape));
        from.ifPresent(bound -> clauses.add("from=" + bound));
        to.ifPresent(bound -> clauses.add("to=" + bound));
        if (failures) {
            clauses.add(FAILURES);
        }
        return clauses.isEmpty() ? EVERYTHING : String.join(",", clauses);
    }

    private static <V> List<String> clauses(String field, Collection<V> values, Function<V, String> text) {
        return values.stream()
                .map(value -> field + "=" + text.apply(value))
                .sorted()
                .toList();
    }

    private static String escape(String name) {
        return name.replace("%", "%25").replace(",", "%2C");
    }
}
