package io.taskqueue.torture.check;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.torture.history.ObservedEntry.CheckpointSeen;
import io.taskqueue.torture.history.RunPhase;
import io.taskqueue.torture.history.SinkEntry.Applied;
import io.taskqueue.torture.history.TopicEntry.LoggedTask;
import io.taskqueue.torture.report.Invariant;
import io.taskqueue.torture.report.Subject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Invariant 2. Reads the events, what each sink applied, what is parked, and the sinks' checkpoints. The events themselves must have no hole; each
 * accepted one must have been applied by every sink, up to the end, or to its checkpoint if it did not get there; what a sink applied must be an
 * event of that kind, task and attempt; and the first application of a task's events must be in their order.
 */
final class SequencesHaveNoHole implements InvariantCheck {

    private static final Invariant INVARIANT = Invariant.SEQUENCES;

    @Override
    public void check(QueueCheck queue) {
        queue.findings().checked(INVARIANT, queue.events().accepted());
        queue.events().faults().forEach(queue.findings()::violation);
        for (String sink : queue.run().settings().sinks()) {
            checkEmitted(queue, sink);
            checkHoles(queue, sink, queue.appliedBy(sink));
            checkOrder(queue, sink, queue.appliedBy(sink));
        }
    }

    private static void checkEmitted(QueueCheck queue, String sink) {
        queue.history().sink(sink, (process, entry) -> {
            if (!(entry instanceof Applied applied)) {
                return;
            }
            queue.findings().checked(INVARIANT, 1);
            Position position = applied.position();
            boolean emitted = queue.events().standing(position) != EventTable.Standing.ABSENT
                    && queue.events().matches(position, applied.kind(), applied.task(), applied.attempt());
            if (!emitted) {
                queue.violation(
                        INVARIANT,
                        new Subject.OfSinkEvents(sink, position),
                        "sink " + sink + " (" + process + ") applied "
                                + applied.kind().wireName() + " of task " + applied.task() + ", attempt "
                                + applied.attempt() + ", at position " + position + ", which was not emitted so");
            }
        });
    }

    private static void checkHoles(QueueCheck queue, String sink, AppliedTable applied) {
        Optional<Position> end =
                queue.run().began(RunPhase.DRAINED).isPresent() ? queue.events().latest() : checkpoint(queue, sink);
        Set<Position> parked = queue.parked(sink);
        end.ifPresent(last -> queue.events().forEachPosition(position -> {
            if (position.compareTo(last) <= 0
                    && queue.events().passedToSinks(position)
                    && !applied.applied(position)
                    && !parked.contains(position)) {
                queue.violation(
                        INVARIANT,
                        new Subject.OfSinkEvents(sink, position),
                        "sink " + sink + " has not applied event " + position
                                + ", although it has passed it: its checkpoint is at " + last + " or later");
            }
        }));
    }

    /** The latest position below which a sink claims to have applied all. */
    private static Optional<Position> checkpoint(QueueCheck queue, String sink) {
        return queue.orders(CheckpointSeen.class)
                .filter(seen -> seen.sink().equals(sink))
                .flatMap(seen -> Optional.ofNullable(seen.done()).stream())
                .reduce((before, after) -> after);
    }

    private static void checkOrder(QueueCheck queue, String sink, AppliedTable applied) {
        Map<TaskId, Position> before = new HashMap<>();
        queue.events().forEachEvent(event -> {
            LoggedTask task = event.task();
            Position position = event.position();
            long first = applied.firstApplied(position);
            if (task == null || first == 0) {
                return;
            }
            @Nullable Position earlier = before.put(task.id(), position);
            if (earlier != null && applied.firstApplied(earlier) - first > 0) {
                queue.violation(
                        INVARIANT,
                        new Subject.OfSinkEvents(sink, List.of(earlier, position)),
                        "sink " + sink + " applied event " + position + " of task " + task.id() + " before event "
                                + earlier + ", which precedes it");
            }
        });
    }
}
