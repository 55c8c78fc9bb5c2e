package io.taskqueue.queue;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.fold.FoldedQueue;
import io.taskqueue.fold.FoldedTask;
import io.taskqueue.fold.QueueFold;
import io.taskqueue.fold.TaskPhase;
import io.taskqueue.queue.QueueSnapshot.Entry;
import io.taskqueue.queue.QueueSnapshot.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The snapshot that a queue must show, by the fold of its events. */
public final class SnapshotFold<T> {

    private final String queue;
    private final QueueFold<T> fold;
    private long lastEvent;

    public SnapshotFold(String queue) {
        this.queue = queue;
        this.fold = new QueueFold<>(queue, QueueSnapshot.DEAD_KEPT);
    }

    public void apply(TaskEvent<T> event) {
        QueueFold.Step step = fold.apply(replicated(queue, 1, event));
        if (step != QueueFold.Step.APPLIED) {
            throw new AssertionError(step + " at " + event);
        }
        lastEvent = event.number();
    }

    /** The event as the source of an epoch publishes it. */
    static <T> ReplicationEvent<T> replicated(String queue, long epoch, TaskEvent<T> event) {
        return ReplicationEvent.of(
                queue,
                new SourceMetadata(new Position(epoch, event.number()), "dispatcher-a", null, event.occurredAt()),
                event);
    }

    int size(TaskPhase phase) {
        return fold.size(phase);
    }

    int waiting() {
        return size(TaskPhase.PENDING) + size(TaskPhase.DELAYED);
    }

    /** The expected snapshot of the queue, without the failures of listeners, which no event reports. */
    public QueueSnapshot<T> snapshot() {
        FoldedQueue<T> state = fold.state();
        return new QueueSnapshot<>(
                queue,
                lastEvent,
                entries(state),
                new QueueCounts(
                        size(TaskPhase.PENDING), size(TaskPhase.DELAYED), size(TaskPhase.LEASED), totals(state), 0, 0));
    }

    /** In the order of a snapshot. */
    static <T> List<Entry<T>> entries(FoldedQueue<T> state) {
        return tasks(state)
                .map(task -> new Entry<>(
                        task.task(),
                        State.valueOf(task.phase().name()),
                        task.lastError(),
                        task.token(),
                        task.leaseExpiration(),
                        task.availableAt()))
                .toList();
    }

    /** Leased, delayed, pending, dead: the order of a snapshot. */
    static <T> Stream<FoldedTask<T>> tasks(FoldedQueue<T> state) {
        return Stream.of(TaskPhase.LEASED, TaskPhase.DELAYED, TaskPhase.PENDING, TaskPhase.DEAD)
                .flatMap(phase -> state.in(phase).stream());
    }

    /** The entries with the leased and the delayed ones by identity: a queue holds recovered ones in the order of their deadlines. */
    public static <T> List<Entry<T>> ordered(List<Entry<T>> entries) {
        List<Entry<T>> ordered = new ArrayList<>();
        for (State state : List.of(State.LEASED, State.DELAYED)) {
            entries.stream()
                    .filter(entry -> entry.state() == state)
                    .sorted(Comparator.comparing(entry -> entry.task().id().toString()))
                    .forEach(ordered::add);
        }
        entries.stream()
                .filter(entry -> entry.state() != State.LEASED && entry.state() != State.DELAYED)
                .forEach(ordered::add);
        return ordered;
    }

    static QueueCounts.Totals totals(FoldedQueue<?> state) {
        FoldedQueue.Counts counts = state.counts();
        return new QueueCounts.Totals(
                counts.enqueued(),
                counts.restored(),
                counts.completed(),
                counts.deadLettered(),
                counts.drained(),
                counts.leasesExpired());
    }
}
