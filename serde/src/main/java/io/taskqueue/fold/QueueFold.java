package io.taskqueue.fold;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.QueueName;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Folds the events of one queue into its state.
 *
 * <p>Events are given in the order of their partition. Each event carries its task whole, so a fold may start at any event: it
 * knows a task from the first event of the task on. Of a fold that starts at the beginning, the state equals the queue's own
 * snapshot after each event.
 *
 * <p>Not thread-safe. Each event takes constant time. Memory: the live tasks, and as many dead and drained ones as it keeps.
 *
 * @param <T> the payload's type
 */
public final class QueueFold<T> {

    /** What became of an event. */
    public enum Step {
        /** It follows the event before it, or is the first. */
        APPLIED,
        /** It does not follow the event before it: events between the two are missing. It is applied. */
        GAP,
        /** It was applied before. It changes nothing. */
        DUPLICATE,
        /** A source that no longer owned the queue wrote it. It changes nothing. */
        STALE
    }

    private final String queueName;
    private final int endedKept;
    private final Map<TaskPhase, Map<TaskId, FoldedTask<T>>> tasks = new EnumMap<>(TaskPhase.class);
    private final Map<TaskId, TaskPhase> phases = new HashMap<>();
    private final Map<EventKind, Long> counts = new EnumMap<>(EventKind.class);
    private @Nullable Position last;

    /**
     * Creates a fold that has taken no event.
     *
     * @param endedKept how many of the newest dead tasks, and of the newest drained ones, it keeps; all are counted
     * @throws IllegalArgumentException if the name is not a valid queue name, or the number is negative
     */
    public QueueFold(String queueName, int endedKept) {
        this.queueName = QueueName.require(queueName);
        if (endedKept < 0) {
            throw new IllegalArgumentException(
                    "A fold keeps a number of ended tasks of at least 0, but the one of queue " + queueName
                            + " was given " + endedKept + ". Pass 0 to keep none.");
        }
        this.endedKept = endedKept;
        for (TaskPhase phase : TaskPhase.values()) {
            tasks.put(phase, new LinkedHashMap<>());
        }
    }

    /**
     * Takes the next event of the partition.
     *
     * @throws IllegalArgumentException if it is an event of another queue
     */
    public Step apply(ReplicationEvent<T> event) {
        if (!event.queueName().equals(queueName)) {
            throw new IllegalArgumentException("The fold of queue " + queueName + " was given " + event
                    + ". Give it the events of its own queue only.");
        }
        Step step = classify(event.position());
        if (step == Step.APPLIED || step == Step.GAP) {
            last = event.position();
            event.change().ifPresent(change -> apply(change, event.position()));
        }
        return step;
    }

    /** The state after the events so far. Takes time in proportion to the tasks that the fold holds. */
    public FoldedQueue<T> state() {
        Map<TaskPhase, List<FoldedTask<T>>> copy = new EnumMap<>(TaskPhase.class);
        tasks.forEach((phase, held) -> copy.put(phase, List.copyOf(held.values())));
        return new FoldedQueue<>(
                queueName,
                last,
                copy,
                new FoldedQueue.Counts(
                        count(EventKind.ENQUEUED),
                        count(EventKind.RESTORED),
                        count(EventKind.COMPLETED),
                        count(EventKind.DEAD_LETTERED),
                        count(EventKind.DRAINED),
                        count(EventKind.LEASE_EXPIRED)));
    }

    /** The task after its latest event, if the fold holds it. Takes constant time. */
    public Optional<FoldedTask<T>> task(TaskId id) {
        TaskPhase phase = phases.get(id);
        return phase == null
                ? Optional.empty()
                : Optional.ofNullable(held(phase).get(id));
    }

    /** How many tasks are in a phase, as far as they are kept. Takes constant time. */
    public int size(TaskPhase phase) {
        return held(phase).size();
    }

    private Step classify(Position position) {
        Position before = last;
        if (before == null) {
            return Step.APPLIED;
        }
        if (position.epoch() < before.epoch()) {
            return Step.STALE;
        }
        if (position.compareTo(before) <= 0) {
            return Step.DUPLICATE;
        }
        boolean follows =
                position.equals(before.next()) || (position.epoch() > before.epoch() && position.sequence() == 0);
        return follows ? Step.APPLIED : Step.GAP;
    }

    private void apply(TaskEvent<T> change, Position position) {
        counts.merge(change.kind(), 1L, Long::sum);
        TaskId id = change.task().id();
        FoldedTask<T> before = remove(id);
        TaskError known = before == null ? null : before.lastError();
        switch (change.kind()) {
            case ENQUEUED, RESTORED, REQUEUED -> put(change, change.task(), TaskPhase.PENDING, error(change), position);
            case LEASE_GRANTED, HEARTBEAT -> put(change, change.task(), TaskPhase.LEASED, known, position);
            case FAILED, LEASE_EXPIRED -> put(
                    change,
                    change.task().nextAttempt(),
                    TaskPhase.DELAYED,
                    change.error().orElse(known),
                    position);
            case DEAD_LETTERED -> put(change, change.task(), TaskPhase.DEAD, error(change), position);
            case DRAINED -> put(change, change.task(), TaskPhase.DRAINED, error(change), position);
            case COMPLETED, SOURCE_STARTED -> {} // a completed task has left the queue; SourceStarted has no task
        }
    }

    private static @Nullable TaskError error(TaskEvent<?> change) {
        return change.error().orElse(null);
    }

    private void put(
            TaskEvent<T> change, Task<T> task, TaskPhase phase, @Nullable TaskError lastError, Position position) {
        TaskId id = task.id();
        Map<TaskId, FoldedTask<T>> entered = held(phase);
        entered.put(
                id,
                new FoldedTask<>(
                        task,
                        phase,
                        lastError,
                        change.token().orElse(null),
                        phase == TaskPhase.LEASED ? change.leaseExpiration().orElse(null) : null,
                        position));
        phases.put(id, phase);
        if (!phase.live() && entered.size() > endedKept) {
            TaskId oldest = entered.keySet().iterator().next();
            entered.remove(oldest);
            phases.remove(oldest);
        }
    }

    private @Nullable FoldedTask<T> remove(TaskId id) {
        TaskPhase phase = phases.remove(id);
        return phase == null ? null : held(phase).remove(id);
    }

    private Map<TaskId, FoldedTask<T>> held(TaskPhase phase) {
        Map<TaskId, FoldedTask<T>> held = tasks.get(phase);
        if (held == null) {
            throw new IllegalStateException("Phase " + phase + " has no tasks. This is a defect.");
        }
        return held;
    }

    private long count(EventKind kind) {
        return counts.getOrDefault(kind, 0L);
    }
}
