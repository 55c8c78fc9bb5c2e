package io.taskqueue.torture.check;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.fold.FoldedQueue;
import io.taskqueue.fold.QueueFold;
import io.taskqueue.fold.TaskPhase;
import io.taskqueue.torture.history.DispatcherEntry.LiveTask;
import io.taskqueue.torture.history.DispatcherEntry.QueueSeen;
import io.taskqueue.torture.history.ObservedEntry.CheckpointSeen;
import io.taskqueue.torture.history.RunPhase;
import io.taskqueue.torture.history.TopicEntry.LoggedEvent;
import io.taskqueue.torture.history.TopicEntry.LoggedTask;
import io.taskqueue.torture.report.Invariant;
import io.taskqueue.torture.report.Subject;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Invariant 8. Reads the events, the snapshots that dispatchers took of their queues, what each sink applied, and the last checkpoints. The fold of the
 * accepted events must be the queue's own snapshot, at the event that the snapshot names; the fold of the events that a sink applied must be that
 * of all of them; and the last checkpoint of every sink must be at the last event, if the run became quiet.
 */
final class StatesAgree implements InvariantCheck {

    private static final Invariant INVARIANT = Invariant.AGREEMENT;
    private static final UUID NO_INSTANCE = new UUID(0, 0);

    @Override
    public void check(QueueCheck queue) {
        Map<Position, QueueSeen> snapshots = new HashMap<>();
        queue.history().dispatchers((process, entry) -> {
            if (entry instanceof QueueSeen seen
                    && queue.events().standing(seen.upTo()) == EventTable.Standing.ACCEPTED) {
                snapshots.put(seen.upTo(), seen);
            }
        });
        FoldedQueue<String> whole = compareSnapshots(queue, snapshots);
        if (queue.run().began(RunPhase.DRAINED).isPresent()) {
            for (String sink : queue.run().settings().sinks()) {
                compareSink(queue, sink, whole);
                compareCheckpoint(queue, sink);
            }
        }
    }

    private static FoldedQueue<String> compareSnapshots(QueueCheck queue, Map<Position, QueueSeen> snapshots) {
        QueueFold<String> fold = new QueueFold<>(queue.queue(), 0);
        queue.events().forEachEvent(event -> {
            var unused = fold.apply(event(queue.queue(), event));
            QueueSeen seen = snapshots.get(event.position());
            if (seen != null) {
                queue.findings().checked(INVARIANT, 1);
                List<LiveTask> expected = live(fold.state());
                List<LiveTask> found = sorted(seen.live().stream());
                if (!expected.equals(found)) {
                    queue.violation(
                            INVARIANT,
                            event.position(),
                            "the queue of epoch " + seen.epoch()
                                    + " had the live tasks " + brief(found) + " after event " + event.position()
                                    + ", but by the events they are " + brief(expected));
                }
            }
        });
        return fold.state();
    }

    private static void compareSink(QueueCheck queue, String sink, FoldedQueue<String> whole) {
        AppliedTable applied = queue.appliedBy(sink);
        Set<Position> parked = queue.parked(sink);
        QueueFold<String> fold = new QueueFold<>(queue.queue(), 0);
        queue.events().forEachEvent(event -> {
            if (!event.kind().passedToSinks()
                    || applied.applied(event.position())
                    || parked.contains(event.position())) {
                var unused = fold.apply(event(queue.queue(), event));
            }
        });
        queue.findings().checked(INVARIANT, 1);
        FoldedQueue<String> state = fold.state();
        if (!state.counts().equals(whole.counts()) || !live(state).equals(live(whole))) {
            queue.violation(
                    INVARIANT,
                    new Subject.OfSink(sink),
                    "by what sink " + sink + " applied, the queue has "
                            + state.counts() + " and the live tasks " + brief(live(state)) + ", but by the events "
                            + whole.counts() + " and " + brief(live(whole)));
        }
    }

    /** SourceStarted and Snapshot are not passed to sinks: a checkpoint need not be at the latest of them. */
    private static void compareCheckpoint(QueueCheck queue, String sink) {
        Position[] last = new Position[1];
        queue.events().forEachPosition(position -> {
            if (queue.events().passedToSinks(position)) {
                last[0] = position;
            }
        });
        if (last[0] == null) {
            return;
        }
        Optional<CheckpointSeen> newest = queue.orders(CheckpointSeen.class)
                .filter(seen -> seen.sink().equals(sink) && seen.done() != null)
                .reduce((before, after) -> after);
        Position done = newest.map(CheckpointSeen::done).orElse(null);
        queue.findings().checked(INVARIANT, 1);
        if (done == null || done.compareTo(last[0]) < 0) {
            Subject subject = newest.<Subject>map(seen -> new Subject.OfCheckpoint(sink, seen.at()))
                    .orElse(new Subject.OfSink(sink));
            queue.violation(
                    INVARIANT,
                    subject,
                    "the last checkpoint of sink " + sink + " is at " + done + ", but the last event of the queue is "
                            + last[0]);
        }
    }

    private static List<LiveTask> live(FoldedQueue<String> state) {
        return sorted(Stream.of(TaskPhase.values())
                .filter(TaskPhase::live)
                .flatMap(phase -> state.in(phase).stream())
                .map(task -> new LiveTask(task.task().id(), task.task().attempt(), task.phase())));
    }

    private static List<LiveTask> sorted(Stream<LiveTask> tasks) {
        return tasks.sorted(
                        Comparator.<LiveTask>comparingLong(task -> task.task().epoch())
                                .thenComparingLong(task -> task.task().sequenceId()))
                .toList();
    }

    private static String brief(List<LiveTask> tasks) {
        int shown = Math.min(tasks.size(), 5);
        return tasks.subList(0, shown) + (shown < tasks.size() ? " and " + (tasks.size() - shown) + " others" : "");
    }

    /** The event for the fold: with the digest for the payload, and a fixed text for an error. */
    private static ReplicationEvent<String> event(String queue, LoggedEvent event) {
        SourceMetadata metadata = new SourceMetadata(event.position(), "any", null, event.occurredAt());
        LoggedTask task = event.task();
        if (task == null) {
            return ReplicationEvent.sourceStarted(
                    queue, metadata, event.instance() == null ? NO_INSTANCE : event.instance());
        }
        TaskEvent.Builder<String> change = TaskEvent.builder(
                        event.kind(),
                        event.number(),
                        event.occurredAt(),
                        new Task<>(task.id(), task.attempt(), Instant.EPOCH, task.payload(), task.key()))
                .token(task.token())
                .leaseExpiration(task.leaseExpiration())
                .availableAt(task.availableAt());
        if (event.kind() == EventKind.FAILED) {
            change.error(TaskError.of("failed"));
        }
        task.flags().forEach(change::flag);
        return ReplicationEvent.of(queue, metadata, change.build());
    }
}
