package io.taskqueue.source.recovery;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.source.registry.LowWaterMark;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Counts the live tasks of which a partition holds no event any more.
 *
 * <pre>
 *   mark          cut         upTo                     end
 *     |------------|xxxxxxxxxxx|------------------------|
 *      removed       read: how many of the tasks that were live at upTo appear
 *                    live at upTo by what was read, or in an event behind it that is not their first
 * </pre>
 *
 * <p>The mark states how many tasks were live at {@code upTo}. Those that do not appear are gone, and are live still: an event that
 * ended one would have been read. If the cut is behind {@code upTo}, such an event may have been removed, and the numbers are not exact.
 */
final class RemovedTaskCounter {

    private final LowWaterMark.Live marked;
    private long appeared;
    private boolean passed;
    private boolean exact = true;

    RemovedTaskCounter(LowWaterMark.Live marked) {
        this.marked = marked;
    }

    /**
     * An event of a task is taken.
     *
     * @param isLive whether the task is among the live ones that were read
     * @param live how many those are, before the event
     */
    void before(Position position, EventKind kind, boolean isLive, int live) {
        if (position.compareTo(marked.upTo()) <= 0) {
            return;
        }
        pass(live);
        if (!isLive && kind != EventKind.ENQUEUED) {
            appeared++;
            // a user may have put a task back that had ended before
            exact &= kind != EventKind.RESTORED;
        }
    }

    private void pass(int live) {
        if (!passed) {
            passed = true;
            appeared = live;
        }
    }

    /**
     * The result at the end.
     *
     * @param first the position of the first event that was read
     * @param live how many tasks are live by what was read
     */
    Optional<RemovedTasks> result(@Nullable Position first, int live) {
        pass(live);
        long gone = Math.max(0, marked.tasks() - appeared);
        boolean reachesBack = first != null
                && (first.compareTo(marked.upTo()) <= 0
                        || first.equals(marked.upTo().next()));
        return gone == 0
                ? Optional.empty()
                : Optional.of(new RemovedTasks(gone, live + gone, exact && reachesBack, Optional.ofNullable(first)));
    }
}
