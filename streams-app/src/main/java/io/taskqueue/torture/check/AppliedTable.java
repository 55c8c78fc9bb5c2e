package io.taskqueue.torture.check;

import io.taskqueue.event.Position;
import io.taskqueue.torture.history.Moment;
import io.taskqueue.torture.history.QueueHistory;
import io.taskqueue.torture.history.SinkEntry.Applied;
import org.jspecify.annotations.Nullable;

/** When a sink has first applied each event of a queue, in the whole run or within a span of it. 8 bytes an event. For one thread. */
final class AppliedTable {

    private final PositionTable first = new PositionTable();

    private AppliedTable() {}

    /** * Reads what a sink applied in a span of the run. *
     * @param from null for the beginning
     * @param until null for the end
     */
    static AppliedTable of(QueueHistory history, String sink, @Nullable Moment from, @Nullable Moment until) {
        AppliedTable table = new AppliedTable();
        history.sink(sink, (process, entry) -> {
            if (entry instanceof Applied applied
                    && (from == null || !applied.at().isBefore(from))
                    && (until == null || applied.at().isBefore(until))) {
                // 0 is kept for what was not applied
                table.first.setLower(applied.position(), Math.max(applied.at().ticks(), 1));
            }
        });
        return table;
    }

    boolean applied(Position position) {
        return first.get(position) != 0;
    }

    /** When the event was first applied, in ticks; 0 if it was not. */
    long firstApplied(Position position) {
        return first.get(position);
    }
}
