package io.taskqueue.torture.check;

import io.taskqueue.event.Position;
import io.taskqueue.torture.history.Moment;
import io.taskqueue.torture.history.RunPhase;
import io.taskqueue.torture.history.TargetEntry.EffectApplied;
import io.taskqueue.torture.report.Counted;
import io.taskqueue.torture.report.Invariant;
import io.taskqueue.torture.report.Subject;
import java.util.Optional;
import java.util.Set;

/**
 * Invariant 9. Reads what sinks and target did in the phase of the replay. The target must not have been called, and every sink must have applied each
 * event again: otherwise the replay was not complete, and shows nothing.
 */
final class ReplayCallsNothing implements InvariantCheck {

    private static final Invariant INVARIANT = Invariant.REPLAY;

    @Override
    public void check(QueueCheck queue) {
        Optional<Moment> began = queue.run().began(RunPhase.REPLAY);
        if (began.isEmpty()) {
            return;
        }
        Moment from = began.get();
        Moment until = queue.run().ended(RunPhase.REPLAY).orElse(null);
        queue.history().targets((process, entry) -> {
            if (entry instanceof EffectApplied applied
                    && !applied.at().isBefore(from)
                    && (until == null || applied.at().isBefore(until))) {
                queue.violation(
                        INVARIANT, applied.key(), "effect " + applied.key() + " reached the target during the replay");
            }
        });
        for (String sink : queue.run().settings().sinks()) {
            Set<Position> parked = queue.parked(sink);
            AppliedTable replayed = AppliedTable.of(queue.history(), sink, from, until);
            queue.events().forEachPosition(position -> {
                if (!queue.events().passedToSinks(position) || parked.contains(position)) {
                    return;
                }
                queue.findings().checked(INVARIANT, 1);
                if (replayed.applied(position)) {
                    queue.findings().count(Counted.REPLAYED, 1);
                } else {
                    queue.violation(
                            INVARIANT,
                            new Subject.OfSinkEvents(sink, position),
                            "sink " + sink + " has not applied event " + position
                                    + " again: the replay was not complete");
                }
            });
        }
    }
}
