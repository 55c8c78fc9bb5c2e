package io.taskqueue.console.sinks;

import io.taskqueue.console.model.DecisionQuery;
import io.taskqueue.console.model.DecisionView;
import io.taskqueue.console.model.DecisionView.Outcome;
import io.taskqueue.console.model.DecisionView.Outcome.State;
import io.taskqueue.console.model.ParkedView;
import io.taskqueue.event.TaskId;
import io.taskqueue.streams.parking.ParkedCommand;
import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.parking.ParkedState;
import io.taskqueue.streams.parking.ParkedTask;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The decisions of operators about a sink's parked tasks, from its control topic, and what became of each, from its state. It keeps the newest, up to
 * {@value #MAX_BYTES} bytes of commands. For the thread of the index.
 *
 * <pre>
 *   redrive   WAITING -&gt; REDRIVING -&gt; APPLIED | PARKED_AGAIN
 *   discard   WAITING -&gt; DISCARDED
 *   either    WAITING -&gt; NO_EFFECT     another decision about the same event came first
 * </pre>
 *
 * <p>The event of a decision may be seen in any later state first: what is not parked and not in flight was applied.
 */
final class DecisionLog {

    static final int MAX_BYTES = 4 * 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(DecisionLog.class);

    /** The parked event that a command is about: the sink executes the first one about it. */
    private record Subject(TaskId task, long offset, int round) {}

    /** A command, and what is known of it. */
    private static final class Entry {

        private final Subject subject;
        private final ParkedCommand command;
        private final int partition;
        private final Instant at;
        private final int bytes;
        private final boolean first;
        private @Nullable ParkedView parked;
        private Outcome outcome = UNKNOWN;
        private boolean seen;

        private Entry(Subject subject, ParkedCommand command, ConsumerRecord<byte[], byte[]> record, boolean first) {
            this.subject = subject;
            this.command = command;
            this.partition = record.partition();
            this.at = Instant.ofEpochMilli(record.timestamp());
            this.bytes = record.value().length;
            this.first = first;
        }
    }

    /** What a sink's state holds of parked events. */
    interface Parked {

        /** Its parked and discarded events; null if they are unknown. */
        @Nullable
        List<ParkedEvent> events();

        /** Whether the event at an offset of the event topic is in flight. */
        boolean inFlight(int partition, long offset);

        /** Whether an instance of the sink runs. */
        boolean running();
    }

    private static final Outcome UNKNOWN =
            new Outcome(State.UNKNOWN, "The state of the sink may not be read, or is not read yet.");

    private final String sink;
    private final Deque<Entry> entries = new ArrayDeque<>();
    private final Map<Subject, Entry> firsts = new HashMap<>();
    private long bytes;
    private @Nullable List<ParkedEvent> before;
    private List<DecisionView> views = List.of();
    private boolean changed;

    DecisionLog(String sink) {
        this.sink = sink;
    }

    /** Adds the next record of a partition of the control topic. Records that the sink does not execute either are skipped. */
    void add(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return;
        }
        try {
            ParkedCommand.find(record.value()).ifPresent(command -> add(command, record));
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug(
                    "The record at offset {} of the control topic of sink {} is not a command",
                    record.offset(),
                    sink,
                    e);
        }
    }

    private void add(ParkedCommand command, ConsumerRecord<byte[], byte[]> record) {
        Subject subject = new Subject(command.task(), command.offset(), command.round());
        Entry entry = new Entry(subject, command, record, !firsts.containsKey(subject));
        entries.addLast(entry);
        firsts.putIfAbsent(subject, entry);
        bytes += entry.bytes;
        changed = true;
        while (bytes > MAX_BYTES && entries.size() > 1) {
            remove(entries.removeFirst());
        }
    }

    private void remove(Entry entry) {
        bytes -= entry.bytes;
        firsts.remove(entry.subject, entry);
        changed = true;
    }

    /** Forgets a partition, which is read again from its start. */
    void forget(int partition) {
        List<Entry> gone =
                entries.stream().filter(entry -> entry.partition == partition).toList();
        entries.removeIf(entry -> entry.partition == partition);
        gone.forEach(this::remove);
    }

    /** The decisions, the newest first, and what has become of them by now. */
    List<DecisionView> views(Parked state) {
        List<ParkedEvent> now = state.events();
        List<Entry> open =
                entries.stream().filter(entry -> entry.outcome.state().open()).toList();
        if (now != null && !open.isEmpty()) {
            Map<TaskId, List<ParkedEvent>> then =
                    open.stream().allMatch(entry -> entry.seen) ? Map.of() : byTask(before);
            Map<TaskId, List<ParkedEvent>> parked = byTask(now);
            open.forEach(entry -> update(entry, then, parked, state));
        }
        before = now;
        if (changed) {
            changed = false;
            views = entries.stream()
                    .sorted(Comparator.comparing((Entry entry) -> entry.at).reversed())
                    .map(this::view)
                    .toList();
        }
        return views;
    }

    private static Map<TaskId, List<ParkedEvent>> byTask(@Nullable List<ParkedEvent> events) {
        Map<TaskId, List<ParkedEvent>> byTask = new HashMap<>();
        if (events != null) {
            events.forEach(event -> byTask.computeIfAbsent(event.event().taskId(), task -> new ArrayList<>())
                    .add(event));
        }
        return byTask;
    }

    private void update(
            Entry entry, Map<TaskId, List<ParkedEvent>> then, Map<TaskId, List<ParkedEvent>> now, Parked state) {
        if (!entry.seen) {
            entry.seen = true;
            entry.parked =
                    asDecided(entry, then).or(() -> asDecided(entry, now)).orElse(null);
        }
        Optional<ParkedEvent> event = find(entry, now);
        Outcome outcome = entry.first
                ? outcome(entry, event, state)
                : new Outcome(State.NO_EFFECT, "Another decision about the same event was made before.");
        changed |= !outcome.equals(entry.outcome);
        entry.outcome = outcome;
    }

    private static Optional<ParkedEvent> find(Entry entry, Map<TaskId, List<ParkedEvent>> parked) {
        return parked.getOrDefault(entry.subject.task(), List.of()).stream()
                .filter(event -> event.partition() == entry.partition && event.offset() == entry.subject.offset())
                .findFirst();
    }

    /** The event in the round that the operator saw, with the events of its task that waited for it. */
    private Optional<ParkedView> asDecided(Entry entry, Map<TaskId, List<ParkedEvent>> parked) {
        return find(entry, parked)
                .filter(event -> event.round() == entry.subject.round())
                .map(event -> {
                    List<ParkedEvent> task = new ArrayList<>(List.of(event));
                    parked.getOrDefault(entry.subject.task(), List.of()).stream()
                            .filter(other -> other.offset() > event.offset() && !other.discarded())
                            .forEach(task::add);
                    return ParkedPages.view(sink, new ParkedTask(entry.subject.task(), task), false);
                });
    }

    private static Outcome outcome(Entry entry, Optional<ParkedEvent> found, Parked state) {
        boolean redrive = entry.command.action() == ParkedCommand.Action.REDRIVE;
        if (found.isEmpty()) {
            if (!redrive) {
                return discarded();
            }
            return state.inFlight(entry.partition, entry.subject.offset()) ? redriving(state) : applied();
        }
        ParkedEvent event = found.get();
        if (event.round() > entry.subject.round()) {
            return redrive
                    ? new Outcome(
                            State.PARKED_AGAIN, "The event failed again, and was parked: " + ParkedPages.error(event))
                    : noEffect();
        }
        if (event.state() instanceof ParkedState.Discarded by) {
            boolean ownDecision = !redrive && by.by().equals(entry.command.by());
            return ownDecision ? discarded() : noEffect();
        }
        if (event.released()) {
            return redrive ? redriving(state) : noEffect();
        }
        return new Outcome(
                State.WAITING,
                state.running()
                        ? "The sink has not read the decision yet."
                        : "The sink has no running instance. It carries the decision out when it is started.");
    }

    private static Outcome redriving(Parked state) {
        return new Outcome(
                State.REDRIVING,
                state.running()
                        ? "The sink applies the event again now."
                        : "The sink has no running instance. It applies the event again when it is started.");
    }

    private static Outcome applied() {
        return new Outcome(State.APPLIED, "The event was applied.");
    }

    private static Outcome discarded() {
        return new Outcome(State.DISCARDED, "The event is not applied, not in a replay either.");
    }

    private static Outcome noEffect() {
        return new Outcome(State.NO_EFFECT, "The task had changed before the sink read the decision.");
    }

    /** Whether a query means a decision. */
    static boolean matches(DecisionView decision, DecisionQuery query) {
        return (query.queueName() == null || query.queueName().equals(decision.queueName()))
                && (query.taskId() == null || query.taskId().equals(decision.taskId()))
                && (query.action() == null
                        || query.action().equals(decision.made().action()))
                && (query.decision() == null
                        || query.decision().equals(decision.made().decision()))
                && (query.text() == null
                        || Stream.of(
                                        decision.taskId(),
                                        decision.made().by(),
                                        decision.made().reason(),
                                        decision.outcome().text(),
                                        decision.parked() == null
                                                ? ""
                                                : decision.parked().error())
                                .anyMatch(text -> ParkedPages.contains(text, query.text())));
    }

    private DecisionView view(Entry entry) {
        ParkedCommand command = entry.command;
        return new DecisionView(
                sink,
                entry.parked == null ? command.task().queueName() : entry.parked.queueName(),
                command.task().toString(),
                new DecisionView.DecidedEvent(entry.partition, command.offset(), command.round()),
                new DecisionView.Made(
                        command.action().command(),
                        command.by(),
                        command.reason(),
                        command.following(),
                        entry.at,
                        command.decision()),
                entry.outcome,
                entry.parked);
    }
}
