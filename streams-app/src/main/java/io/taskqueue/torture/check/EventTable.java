package io.taskqueue.torture.check;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.torture.history.QueueHistory;
import io.taskqueue.torture.history.TopicEntry;
import io.taskqueue.torture.history.TopicEntry.LoggedEvent;
import io.taskqueue.torture.history.TopicEntry.LoggedTask;
import io.taskqueue.torture.report.Counted;
import io.taskqueue.torture.report.Findings;
import io.taskqueue.torture.report.Invariant;
import io.taskqueue.torture.report.Subject;
import io.taskqueue.torture.report.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The events of a queue by their position: which ones every reader must take, and what they say in short. 8 bytes an event. Immutable after
 * {@link #of}; for one thread.
 */
final class EventTable {

    /** What became of a position. */
    enum Standing {
        /** No event has it. */
        ABSENT,
        /** Every reader must take its event. */
        ACCEPTED,
        /** Its event lies behind later ones of its epoch, and was not there before: readers drop it. */
        OUT_OF_ORDER,
        /** Its event lies behind the fence of a higher epoch only: readers drop it. */
        FENCED
    }

    private static final int KEPT = 100;
    private static final List<EventKind> KINDS = List.of(EventKind.values());
    private static final List<Standing> STANDINGS = List.of(Standing.values());

    private final PositionTable positions = new PositionTable();
    private final NavigableMap<Long, Long> newest = new TreeMap<>();
    private final List<Violation> faults = new ArrayList<>();
    private final QueueHistory history;
    private long accepted;
    private long duplicates;
    private long fenced;
    private long invalid;
    private long forked;

    private EventTable(QueueHistory history) {
        this.history = history;
    }

    /** Reads the events of a queue once. */
    static EventTable of(QueueHistory history) {
        EventTable table = new EventTable(history);
        FenceFilter filter = new FenceFilter();
        history.events(entry -> {
            if (entry instanceof LoggedEvent event && PositionTable.covers(event.position())) {
                table.add(event, filter);
            } else {
                table.invalid++;
            }
        });
        return table;
    }

    private void add(LoggedEvent event, FenceFilter filter) {
        Position position = event.position();
        Optional<Position> before = filter.latest();
        FenceFilter.Verdict verdict = filter.take(event);
        Standing known = standing(position);
        switch (verdict) {
            case NEXT, BEHIND_HOLE -> {
                accepted++;
                positions.set(position, packed(event, Standing.ACCEPTED));
                newest.put(position.epoch(), position.sequence());
                if (verdict == FenceFilter.Verdict.BEHIND_HOLE) {
                    fault(
                            position,
                            "event " + position + " at offset " + event.offset() + " follows "
                                    + before.map(Position::toString).orElse("nothing")
                                    + ": events between them are missing");
                }
            }
            case NOT_AFTER_LATEST -> repeated(event, known);
            case FENCED -> {
                if (known == Standing.ACCEPTED) {
                    repeated(event, known);
                } else {
                    fenced++;
                    positions.set(position, packed(event, Standing.FENCED));
                }
            }
        }
    }

    private void repeated(LoggedEvent event, Standing known) {
        Position position = event.position();
        if (known != Standing.ACCEPTED) {
            positions.set(position, packed(event, Standing.OUT_OF_ORDER));
            fault(
                    position,
                    "event " + position + " at offset " + event.offset()
                            + " lies behind later ones of its epoch: events were published out of order");
        } else if (packed(event, Standing.ACCEPTED) == positions.get(position)) {
            duplicates++;
        } else {
            forked++;
            fault(
                    position,
                    "event " + position + " exists in two versions, the second at offset " + event.offset()
                            + ": two sources have written one epoch");
        }
    }

    private void fault(Position position, String message) {
        if (faults.size() < KEPT) {
            faults.add(new Violation(Invariant.SEQUENCES, history.queue(), new Subject.OfPosition(position), message));
        }
    }

    /** What is wrong with the sequence of the events itself. */
    List<Violation> faults() {
        return List.copyOf(faults);
    }

    Standing standing(Position position) {
        return STANDINGS.get((int) (positions.get(position) & 0xFF));
    }

    /** Whether the event at a position is of that kind, task and attempt. */
    boolean matches(Position position, EventKind kind, TaskId task, int attempt) {
        long packed = positions.get(position);
        return (packed >>> 32) == (digest(task, attempt) & 0xFFFF_FFFFL)
                && ((packed >>> 8) & 0xFF) == KINDS.indexOf(kind);
    }

    /** Whether sinks receive the event at a position. */
    boolean passedToSinks(Position position) {
        return KINDS.get((int) ((positions.get(position) >>> 8) & 0xFF)).passedToSinks();
    }

    /** The newest event, or empty if there is none. */
    Optional<Position> latest() {
        return Optional.ofNullable(newest.lastEntry()).map(last -> new Position(last.getKey(), last.getValue()));
    }

    /** The positions of the accepted events, in order. */
    void forEachPosition(Consumer<Position> reader) {
        newest.forEach((epoch, last) -> {
            for (long sequence = 0; sequence <= last; sequence++) {
                Position position = new Position(epoch, sequence);
                if (standing(position) == Standing.ACCEPTED) {
                    reader.accept(position);
                }
            }
        });
    }

    /** Reads the accepted events again, in order. */
    void forEachEvent(Consumer<LoggedEvent> reader) {
        FenceFilter filter = new FenceFilter();
        history.events((TopicEntry entry) -> {
            if (entry instanceof LoggedEvent event
                    && PositionTable.covers(event.position())
                    && filter.take(event).accepted()) {
                reader.accept(event);
            }
        });
    }

    void count(Findings findings) {
        findings.count(Counted.EVENTS, accepted);
        findings.count(Counted.DUPLICATES, duplicates);
        findings.count(Counted.FENCED, fenced);
        findings.count(Counted.INVALID, invalid);
        findings.count(Counted.FORKED, forked);
    }

    long accepted() {
        return accepted;
    }

    /** digest of the content (32 bits), payload and token (16 bits), kind (8), standing (8). */
    private static long packed(LoggedEvent event, Standing standing) {
        LoggedTask task = event.task();
        long digest = task == null ? Objects.hashCode(event.instance()) : digest(task.id(), task.attempt());
        long parts =
                task == null ? 0 : Objects.hash(task.payload(), task.token(), task.leaseExpiration(), event.number());
        return (digest << 32)
                | ((parts & 0xFFFF) << 16)
                | ((long) KINDS.indexOf(event.kind()) << 8)
                | STANDINGS.indexOf(standing);
    }

    private static int digest(TaskId task, int attempt) {
        return Objects.hash(task, attempt);
    }
}
