package io.taskqueue.console.sinks;

import io.taskqueue.console.fold.EventViews;
import io.taskqueue.console.model.Page;
import io.taskqueue.console.model.ParkedQuery;
import io.taskqueue.console.model.ParkedView;
import io.taskqueue.event.PercentEncoding;
import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.parking.ParkedState;
import io.taskqueue.streams.parking.ParkedState.EffectState;
import io.taskqueue.streams.parking.ParkedTask;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which parked tasks a query selects, and a page of them. Pure. */
final class ParkedPages {

    static final String PARKED = "parked";
    static final String AMBIGUOUS = "ambiguous";
    static final String REDRIVEN = "redriven";
    static final String DISCARDED = "discarded";

    private static final Set<EffectState> UNKNOWN_OUTCOMES = Set.of(EffectState.UNDECIDED, EffectState.UNRECORDED);

    private ParkedPages() {}

    /** How many events are parked. */
    static long parked(List<ParkedEvent> events) {
        return events.stream().filter(event -> !event.discarded()).count();
    }

    /** How many events are parked whose effect has an unknown result. */
    static long ambiguous(List<ParkedEvent> events) {
        return events.stream().filter(ParkedPages::isAmbiguous).count();
    }

    private static boolean isAmbiguous(ParkedEvent event) {
        return event.state() instanceof ParkedState.Failed failed
                && failed.effects().values().stream().anyMatch(UNKNOWN_OUTCOMES::contains);
    }

    /**
     * The tasks that a query selects, whatever its limit; each discarded event is one of its own.
     *
     * @param events the parked and discarded events of the sink, in their order
     * @throws IllegalArgumentException if the query is invalid
     */
    static List<ParkedTask> select(List<ParkedEvent> events, ParkedQuery query) {
        String state = query.state();
        if (state != null && !ParkedQuery.STATES.contains(state)) {
            throw new IllegalArgumentException("state is " + state + ", but must be one of "
                    + String.join(", ", ParkedQuery.STATES) + ". Correct it.");
        }
        List<ParkedTask> tasks = new ArrayList<>(DISCARDED.equals(state) ? discarded(events) : ParkedTask.of(events));
        tasks.removeIf(task -> !matches(task, query));
        return tasks;
    }

    /** A task with its parked events; none if it has no parked event. */
    static List<ParkedTask> ofTask(List<ParkedEvent> events, String taskId) {
        return ParkedTask.of(events.stream()
                .filter(event -> event.event().taskId().toString().equals(taskId))
                .toList());
    }

    private static List<ParkedTask> discarded(List<ParkedEvent> events) {
        return events.stream()
                .filter(ParkedEvent::discarded)
                .map(event -> new ParkedTask(event.event().taskId(), List.of(event)))
                .toList();
    }

    private static boolean matches(ParkedTask task, ParkedQuery query) {
        String state = state(task);
        String text = query.text();
        return (query.state() == null
                        ? Set.of(PARKED, AMBIGUOUS).contains(state)
                        : query.state().equals(state))
                && (query.queueName() == null
                        || query.queueName().equals(task.first().event().queueName()))
                && (query.taskId() == null || query.taskId().equals(task.task().toString()))
                && (text == null || contains(task.task().toString(), text) || contains(error(task.first()), text));
    }

    /** Whether a text contains another one, in whatever case. */
    static boolean contains(String text, String part) {
        return text.toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
    }

    /**
     * A page of tasks.
     *
     * @param tasks all that a query selects, in their order
     * @throws IllegalArgumentException if the query is invalid
     */
    static Page<ParkedView> page(List<ParkedTask> tasks, ParkedQuery query, boolean showPayloads) {
        if (query.limit() < 1 || query.limit() > 1_000) {
            throw new IllegalArgumentException(
                    "limit is " + query.limit() + ", but must be from 1 to 1000. Correct it.");
        }
        int from = query.after() == null ? 0 : from(tasks, ParkedCursor.parse(query.after()));
        List<ParkedTask> shown = tasks.subList(from, Math.min(tasks.size(), from + query.limit()));
        String next = from + shown.size() < tasks.size()
                ? ParkedCursor.of(shown.get(shown.size() - 1)).toString()
                : null;
        return new Page<>(
                shown.stream()
                        .map(task -> view(query.sink(), task, showPayloads))
                        .toList(),
                tasks.size(),
                next);
    }

    private static int from(List<ParkedTask> tasks, ParkedCursor after) {
        int from = 0;
        while (from < tasks.size() && ParkedCursor.of(tasks.get(from)).compareTo(after) <= 0) {
            from++;
        }
        return from;
    }

    /** A task as it is parked. */
    static ParkedView view(String sink, ParkedTask task, boolean showPayload) {
        ParkedEvent first = task.first();
        Optional<ParkedState.Failed> failed = failed(first);
        return new ParkedView(
                sink,
                first.event().queueName(),
                task.task().toString(),
                state(task),
                first.event().kind().wireName(),
                first.event().position().epoch(),
                first.event().position().sequence(),
                first.partition(),
                first.offset(),
                first.since(),
                first.round(),
                failed.map(ParkedState.Failed::attempts).orElse(0),
                failed.map(ParkedPages::effect).orElse(null),
                error(first),
                task.events().size() - 1,
                showPayload && first.event().hasPayload() ? first.event().payload() : null);
    }

    private static String state(ParkedTask task) {
        if (task.first().discarded()) {
            return DISCARDED;
        }
        if (task.redriven()) {
            return REDRIVEN;
        }
        return isAmbiguous(task.first()) ? AMBIGUOUS : PARKED;
    }

    private static Optional<ParkedState.Failed> failed(ParkedEvent event) {
        if (event.state() instanceof ParkedState.Discarded discarded) {
            return discarded.failure();
        }
        return event.state() instanceof ParkedState.Failed failed ? Optional.of(failed) : Optional.empty();
    }

    /** Why an event is parked, or was discarded. */
    static String error(ParkedEvent event) {
        String error = failed(event)
                .map(ParkedState.Failed::error)
                .map(EventViews::text)
                .orElse("");
        return event.state() instanceof ParkedState.Discarded discarded
                ? "discarded at " + discarded.at() + " by " + discarded.by() + ": " + discarded.reason()
                        + (error.isEmpty() ? "" : "; before: " + error)
                : error;
    }

    /** The effect that has no result: the one that failed, as far as that is known. */
    private static @Nullable String effect(ParkedState.Failed failed) {
        return failed.effects().entrySet().stream()
                .filter(effect -> effect.getValue() != EffectState.DONE)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    /** Where a page ended: a task in the order of tasks, whether it is still parked or not. */
    record ParkedCursor(String queue, String taskQueue, long epoch, long sequence, long offset)
            implements Comparable<ParkedCursor> {

        static ParkedCursor of(ParkedTask task) {
            return new ParkedCursor(
                    task.first().event().queueName(),
                    task.task().queueName(),
                    task.task().epoch(),
                    task.task().sequenceId(),
                    task.first().offset());
        }

        static ParkedCursor parse(String text) {
            String[] parts = text.split("/", -1);
            try {
                return new ParkedCursor(
                        PercentEncoding.decode(parts[0]),
                        PercentEncoding.decode(parts[1]),
                        Long.parseLong(parts[2]),
                        Long.parseLong(parts[3]),
                        Long.parseLong(parts[4]));
            } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                throw new IllegalArgumentException(
                        "after is " + text
                                + ", which is not where a page ended. Pass what the page before returned as next.",
                        e);
            }
        }

        @Override
        public int compareTo(ParkedCursor other) {
            return Comparator.comparing(ParkedCursor::queue)
                    .thenComparing(ParkedCursor::taskQueue)
                    .thenComparingLong(ParkedCursor::epoch)
                    .thenComparingLong(ParkedCursor::sequence)
                    .thenComparingLong(ParkedCursor::offset)
                    .compare(this, other);
        }

        @Override
        public String toString() {
            return PercentEncoding.encode(queue) + "/" + PercentEncoding.encode(taskQueue) + "/" + epoch + "/"
                    + sequence + "/" + offset;
        }
    }
}
