package io.taskqueue.torture.check;

import io.taskqueue.event.Position;
import io.taskqueue.torture.history.Moment;
import io.taskqueue.torture.history.ObservedEntry;
import io.taskqueue.torture.history.ObservedEntry.CheckpointSeen;
import io.taskqueue.torture.history.ObservedEntry.OffsetsReset;
import io.taskqueue.torture.history.ObservedEntry.ParkedRedriven;
import io.taskqueue.torture.report.Invariant;
import io.taskqueue.torture.report.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Invariant 7. Reads the checkpoints as they were committed to Kafka over the run, the orders to go back, and what each sink applied and when.
 *
 * <ul>
 *   <li>Neither the position nor the committed offset goes back, unless offsets were moved back or parked events redriven; then it may, until the
 *       position is where it was
 *   <li>Every event up to a position was applied before the position was committed: one that was not is lost with the process, because nobody reads
 *       it again
 * </ul>
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

    /** What is known of a sink while its checkpoints are read, in their order. */
    private static final class Progress {
        private @Nullable Position done;
        private @Nullable Long committedOffset;
        /** Where the sink was when it was ordered to go back, until it is there again. */
        private @Nullable Position replayedUpTo;

        private boolean replays() {
            return replayedUpTo != null;
        }

        private void goBack() {
            committedOffset = null;
            replayedUpTo = done;
        }

        private void take(CheckpointSeen seen) {
            committedOffset = seen.committedOffset() == null ? committedOffset : seen.committedOffset();
            done = seen.done() == null ? done : seen.done();
            if (replayedUpTo != null && done != null && done.compareTo(replayedUpTo) >= 0) {
                replayedUpTo = null;
            }
        }
    }

    private static void checkOrder(QueueCheck queue, String sink, List<CheckpointSeen> checkpoints) {
        Progress progress = new Progress();
        for (ObservedEntry entry : queue.orders()) {
            if ((entry instanceof OffsetsReset moved && moved.sink().equals(sink))
                    || (entry instanceof ParkedRedriven redriven
                            && redriven.sink().equals(sink))) {
                progress.goBack();
            } else if (entry instanceof CheckpointSeen seen && seen.sink().equals(sink)) {
                queue.findings().checked(INVARIANT, 1);
                compare(queue, progress, seen);
                progress.take(seen);
                checkpoints.add(seen);
            }
        }
    }

    private static void compare(QueueCheck queue, Progress before, CheckpointSeen seen) {
        Position done = before.done;
        if (done != null && seen.done() != null && seen.done().compareTo(done) < 0 && !before.replays()) {
            queue.violation(
                    INVARIANT,
                    new Subject.OfCheckpoint(seen.sink(), seen.at()),
                    "the checkpoint of sink " + seen.sink() + " went back from " + done + " to " + seen.done()
                            + " without an order to go back");
        }
        Long offset = before.committedOffset;
        if (offset != null && seen.committedOffset() != null && seen.committedOffset() < offset) {
            queue.violation(
                    INVARIANT,
                    new Subject.OfCheckpoint(seen.sink(), seen.at()),
                    "the committed offset of sink " + seen.sink() + " went back from " + offset + " to "
                            + seen.committedOffset() + " without an offset reset");
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
