package io.taskqueue.console.fold;

import io.taskqueue.console.model.QueueView;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.fold.QueueFold;
import io.taskqueue.streams.state.StateReader;
import io.taskqueue.streams.state.StateWriter;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A queue as of its newest event. Not thread-safe; owned by its {@link PartitionFold}.
 *
 * <pre>
 *   stored   version 1 | flag | position 16 | newest event at 12 | stale events 8
 *            | tasks of each phase 8 * 8 | where each phase begins, an offset 8 * 8 | kinds 4 | events of each kind 8 ...
 * </pre>
 */
final class QueueState {

    private static final byte VERSION = 1;
    private static final int BYTES = 300;
    /** The kinds that are counted, in the order in which they are stored; more may be added at the end. */
    private static final List<EventKind> COUNTED = List.of(
            EventKind.ENQUEUED,
            EventKind.RESTORED,
            EventKind.COMPLETED,
            EventKind.DEAD_LETTERED,
            EventKind.DRAINED,
            EventKind.LEASE_EXPIRED,
            EventKind.FAILED);

    final String name;
    private @Nullable Position last;
    private Instant lastEventAt = Instant.EPOCH;
    private long staleEvents;
    private final long[] tasks = new long[ViewPhase.CODES];
    private final long[] fronts = new long[ViewPhase.CODES];
    private final long[] events = new long[COUNTED.size()];

    // what follows is not stored
    private @Nullable Instant oldestPendingAt;
    private @Nullable Instant earliestDeadline;
    private boolean frontsChanged = true;
    private boolean changed = true;

    QueueState(String name) {
        this.name = name;
    }

    /** How an event follows those before it, by the rules of {@link QueueFold}. */
    QueueFold.Step classify(Position position) {
        Position before = last;
        if (before == null) {
            return QueueFold.Step.APPLIED;
        }
        if (position.epoch() < before.epoch()) {
            return QueueFold.Step.STALE;
        }
        if (position.compareTo(before) <= 0) {
            return QueueFold.Step.DUPLICATE;
        }
        boolean follows =
                position.equals(before.next()) || (position.epoch() > before.epoch() && position.sequence() == 0);
        return follows ? QueueFold.Step.APPLIED : QueueFold.Step.GAP;
    }

    void advance(Position position, Instant at, EventKind kind) {
        last = position;
        lastEventAt = at;
        int counted = COUNTED.indexOf(kind);
        if (counted >= 0) {
            events[counted]++;
        }
        changed = true;
        frontsChanged = true;
    }

    void stale() {
        staleEvents++;
        changed = true;
    }

    long tasks(ViewPhase phase) {
        return tasks[phase.code()];
    }

    long live() {
        return Arrays.stream(ViewPhase.values())
                .filter(ViewPhase::live)
                .mapToLong(this::tasks)
                .sum();
    }

    long ended() {
        return Arrays.stream(ViewPhase.values())
                .filter(phase -> !phase.live())
                .mapToLong(this::tasks)
                .sum();
    }

    void entered(ViewPhase phase, long offset) {
        byte code = phase.code();
        fronts[code] = tasks[code] == 0 ? offset : Math.min(fronts[code], offset);
        tasks[code]++;
    }

    void left(ViewPhase phase) {
        tasks[phase.code()]--;
    }

    /** An offset that is not greater than the one of the phase's first task. */
    long front(ViewPhase phase) {
        return fronts[phase.code()];
    }

    /** The offset of the first task of a phase, as it was found. */
    void front(ViewPhase phase, long offset) {
        fronts[phase.code()] = offset;
    }

    Instant lastEventAt() {
        return lastEventAt;
    }

    /** The epoch of the newest event; -1 before the first. */
    long epoch() {
        Position newest = last;
        return newest == null ? -1 : newest.epoch();
    }

    /** Whether tasks have entered or left phases since the oldest ones were looked up. */
    boolean frontsChanged() {
        return frontsChanged;
    }

    void lookedUp(@Nullable Instant oldestPending, @Nullable Instant earliest) {
        frontsChanged = false;
        changed |= !Objects.equals(oldestPending, oldestPendingAt) || !Objects.equals(earliest, earliestDeadline);
        oldestPendingAt = oldestPending;
        earliestDeadline = earliest;
    }

    /** Whether the queue has changed since this was asked last. */
    boolean takeChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }

    QueueView.Depth depth() {
        return new QueueView.Depth(
                tasks(ViewPhase.PENDING), tasks(ViewPhase.DELAYED), tasks(ViewPhase.LEASED), tasks(ViewPhase.DEAD));
    }

    /** When something was due that had not happened by a time; null if nothing. */
    @Nullable
    Instant overdueSince(Instant knownUpTo) {
        Instant earliest = earliestDeadline;
        return earliest != null && earliest.isBefore(knownUpTo) ? earliest : null;
    }

    QueueView view(int partition, QueueView.Rates rates, Instant knownUpTo) {
        Position newest = last == null ? new Position(0, 0) : last;
        return new QueueView(
                name,
                partition,
                newest.epoch(),
                newest.sequence(),
                lastEventAt,
                depth(),
                new QueueView.Totals(
                        count(EventKind.ENQUEUED),
                        count(EventKind.RESTORED),
                        count(EventKind.COMPLETED),
                        count(EventKind.DEAD_LETTERED),
                        count(EventKind.DRAINED),
                        count(EventKind.LEASE_EXPIRED),
                        count(EventKind.FAILED)),
                rates,
                oldestPendingAt,
                overdueSince(knownUpTo),
                staleEvents);
    }

    private long count(EventKind kind) {
        return events[COUNTED.indexOf(kind)];
    }

    byte[] toBytes() {
        StateWriter to = StateWriter.key(BYTES).putByte(VERSION).putFlag(last != null);
        if (last != null) {
            to.putPosition(last);
        }
        to.putInstant(lastEventAt).putLong(staleEvents);
        for (long number : tasks) {
            to.putLong(number);
        }
        for (long offset : fronts) {
            to.putLong(offset);
        }
        to.putInt(events.length);
        for (long number : events) {
            to.putLong(number);
        }
        return to.toBytes();
    }

    static QueueState read(String name, byte[] value) {
        StateReader from = StateReader.key(value);
        byte version = from.readByte();
        if (version != VERSION) {
            throw new ViewFormatException("a queue of format version " + version);
        }
        QueueState queue = new QueueState(name);
        queue.last = from.readFlag() ? from.readPosition() : null;
        queue.lastEventAt = from.readInstant();
        queue.staleEvents = from.readLong();
        for (int code = 0; code < queue.tasks.length; code++) {
            queue.tasks[code] = from.readLong();
        }
        for (int code = 0; code < queue.fronts.length; code++) {
            queue.fronts[code] = from.readLong();
        }
        int kinds = from.readInt();
        if (kinds > queue.events.length) {
            throw new ViewFormatException("a queue with " + kinds + " kinds of events");
        }
        for (int kind = 0; kind < kinds; kind++) {
            queue.events[kind] = from.readLong();
        }
        return queue;
    }
}
