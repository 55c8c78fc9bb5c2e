package io.taskqueue.torture.check;

import io.taskqueue.event.Position;
import io.taskqueue.torture.history.Moment;
import io.taskqueue.torture.history.ObservedEntry.ParkedDiscarded;
import io.taskqueue.torture.history.ObservedEntry.ParkedSeen;
import io.taskqueue.torture.history.QueueHistory;
import io.taskqueue.torture.history.SinkEntry.Applied;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** When a sink has first applied each event of a queue, within a span of time. 8 bytes an event, and those that are parked. */
final class AppliedTable {

    private final PositionTable first = new PositionTable();
    private final Set<Position> parked = new HashSet<>();

    private AppliedTable() {}

    /** The whole run. */
    static AppliedTable of(QueueHistory history, String sink) {
        return of(history, sink, null, null);
    }

    /**
     * A part of the run.
     *
     * @param from null for the beginning
     * @param until null for the end
     */
    static AppliedTable of(QueueHistory history, String sink, @Nullable Moment from, @Nullable Moment until) {
        AppliedTable table = new AppliedTable();
        history.sink(sink, (process, entry) -> {
            if (entry instanceof Applied applied
                    && (from == null || !applied.at().isBefore(from))
                    && (until == null || applied.at().isBefore(until))) {
                table.first.setLower(applied.position(), key(applied.at().ticks()));
            }
        });
        history.observed(entry -> {
            if (entry instanceof ParkedSeen seen && seen.sink().equals(sink)) {
                table.parked.add(seen.position());
            } else if (entry instanceof ParkedDiscarded discarded
                    && discarded.sink().equals(sink)) {
                table.parked.add(discarded.position());
            }
        });
        return table;
    }

    boolean applied(Position position) {
        return first.get(position) != 0;
    }

    /** When the event was first applied, in ticks; 0 if it was not. Only to be compared with {@link #key}. */
    long firstApplied(Position position) {
        return first.get(position);
    }

    /** Whether the event is parked at the end, or was given up by an operator: then it need not be applied. */
    boolean parked(Position position) {
        return parked.contains(position);
    }

    /** Ticks as a number that is never 0. */
    static long key(long ticks) {
        return ticks == 0 ? 1 : ticks;
    }
}
