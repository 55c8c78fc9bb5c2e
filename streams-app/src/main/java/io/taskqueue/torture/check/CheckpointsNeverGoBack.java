package io.taskqueue.torture.check;

import io.taskqueue.event.Position;
import io.taskqueue.torture.history.Moment;
import io.taskqueue.torture.history.ObservedEntry;
import io.taskqueue.torture.history.ObservedEntry.CheckpointSeen;
import io.taskqueue.torture.history.ObservedEntry.OffsetsReset;
import io.taskqueue.torture.report.Invariant;
import io.taskqueue.torture.report.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Invariant 7. Reads the checkpoints as they were seen on Kafka over the run, the offset resets, and what each sink applied and when. Neither the
 * position nor the committed offset may go back, unless a reset was ordered since the checkpoint before. Every event below a checkpoint must have been
 * applied by then: one that was not is lost with the process, because nobody reads it again.
 */
final class CheckpointsNeverGoBack implements InvariantCheck {

    private static final Invariant INVARIANT = Invariant.CHECKPOINTS;

    @Override
    public void check(QueueCheck queue) {
        for (String sink : queue.run().settings().sinks()) {
            List<CheckpointSeen> checkpoints = new ArrayList<>();
            checkOrder(queue, sink, checkpoints);
            checkApplied(queue, sink, checkpoints);
        }
    }

    private static void checkOrder(QueueCheck queue, String sink, List<CheckpointSeen> checkpoints) {
        CheckpointSeen before = null;
        boolean reset = false;
        for (ObservedEntry entry : queue.orders()) {
            if (entry instanceof OffsetsReset moved && moved.sink().equals(sink)) {
                reset = true;
            } else if (entry instanceof CheckpointSeen seen && seen.sink().equals(sink)) {
                queue.findings().checked(INVARIANT, 1);
                if (before != null && !reset) {
                    compare(queue, before, seen);
                }
                before = seen;
                reset = false;
                checkpoints.add(seen);
            }
        }
    }

    private static void compare(QueueCheck queue, CheckpointSeen before, CheckpointSeen seen) {
        if (before.done() != null && (seen.done() == null || seen.done().compareTo(before.done()) < 0)) {
            queue.violation(
                    INVARIANT,
                    new Subject.OfCheckpoint(seen.sink(), seen.at()),
                    "the checkpoint of sink " + seen.sink() + " went back from " + before.done() + " to " + seen.done()
                            + " without an offset reset");
        }
        if (before.committedOffset() != null
                && (seen.committedOffset() == null || seen.committedOffset() < before.committedOffset())) {
            queue.violation(
                    INVARIANT,
                    new Subject.OfCheckpoint(seen.sink(), seen.at()),
                    "the committed offset of sink " + seen.sink()
                            + " went back from " + before.committedOffset() + " to " + seen.committedOffset()
                            + " without an offset reset");
        }
    }

    /** Goes through events and checkpoints together, both in their order. */
    private static void checkApplied(QueueCheck queue, String sink, List<CheckpointSeen> checkpoints) {
        AppliedTable applied = queue.appliedBy(sink);
        Set<Position> later = queue.redriven(sink);
        later.addAll(queue.parked(sink));
        int[] next = {0};
        queue.events().forEachPosition(position -> {
            while (next[0] < checkpoints.size()
                    && isBefore(checkpoints.get(next[0]).done(), position)) {
                next[0]++;
            }
            if (next[0] == checkpoints.size() || !queue.events().passedToSinks(position) || later.contains(position)) {
                return;
            }
            queue.findings().checked(INVARIANT, 1);
            Moment seen = checkpoints.get(next[0]).at();
            if (!applied.applied(position) || applied.firstApplied(position) - seen.ticks() > 0) {
                queue.violation(
                        INVARIANT,
                        new Subject.OfSinkEvents(sink, position),
                        "the checkpoint of sink " + sink + " was at "
                                + checkpoints.get(next[0]).done() + " at " + seen.wall() + ", but event " + position
                                + (applied.applied(position) ? " was applied later" : " was never applied"));
            }
        });
    }

    private static boolean isBefore(@Nullable Position done, Position position) {
        return done == null || done.compareTo(position) < 0;
    }
}
