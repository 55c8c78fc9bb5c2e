package io.taskqueue.fold;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.QueueName;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Folds the events of one queue into its state.
 *
 * <p>Events are given in the order of their partition. Each event carries its task whole, but for the payload, so a fold may start at any
 * event: it knows a task from the first event of the task on. Of a fold that starts at the beginning, the state equals the queue's own
 * snapshot after each event.
 *
 * <p>Where an event is without its payload ({@link io.taskqueue.event.PayloadInclusion}), the task keeps the one that an earlier event
 * had. A fold that starts behind that event has the task without its payload ({@link Task#hasPayload()}), until a Snapshot, Restored, Drained or DeadLettered has it.
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
    private final Map<TaskPhase, Map<TaskId, Held<T>>> tasks = new EnumMap<>(TaskPhase.class);
    private final Map<TaskId, TaskPhase> phases = new HashMap<>();
    private final Map<EventKind, Long> counts = new EnumMap<>(EventKind.class);
    private @Nullable Position last;
    private @Nullable String lastKey;

    /** A task, and since which event it is in its phase. */
    private record Held<T>(FoldedTask<T> task, Since since) {}

    /** An event by its epoch and its number in the queue; a task is pending since the event that made it pending. */
    private record Since(long epoch, long number) implements Comparable<Since> {
        @Override
        public int compareTo(Since other) {
            int byEpoch = Long.compare(epoch, other.epoch);
            return byEpoch != 0 ? byEpoch : Long.compare(number, other.number);
        }
    }

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
        tasks.forEach((phase, held) -> copy.put(phase, inOrder(phase, held.values())));
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
                        count(EventKind.LEASE_EXPIRED)),
                lastKey);
    }

    /** A fold that starts behind the event that made a task pending knows its place from the task's Snapshot. */
    private static <T> List<FoldedTask<T>> inOrder(TaskPhase phase, Collection<Held<T>> held) {
        Stream<Held<T>> ordered =
                phase == TaskPhase.PENDING ? held.stream().sorted(Comparator.comparing(Held::since)) : held.stream();
        return ordered.map(Held::task).toList();
    }

    /** The task after its latest event, if the fold holds it. Takes constant time. */
    public Optional<FoldedTask<T>> task(TaskId id) {
        TaskPhase phase = phases.get(id);
        return phase == null
                ? Optional.empty()
                : Optional.ofNullable(held(phase).get(id)).map(Held::task);
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
        TaskError error = change.error().orElse(null);
        if (change.kind() == EventKind.SNAPSHOT) {
            snapshot(change, position);
            return;
        }
        Held<T> before = remove(change.task().id());
        Task<T> task = withKnownPayload(change.task(), before);
        TaskError known = before == null ? null : before.task.lastError();
        switch (change.kind()) {
            case ENQUEUED -> {
                lastKey = task.key() == null ? lastKey : task.key();
                put(change, task, shownBy(change), error, position);
            }
            case AVAILABLE, REQUEUED -> put(change, task, TaskPhase.PENDING, error, position);
            case RESTORED -> put(change, task, shownBy(change), error, position);
            case LEASE_GRANTED, HEARTBEAT -> put(change, task, TaskPhase.LEASED, known, position);
            case FAILED, LEASE_EXPIRED -> put(
                    change, task.nextAttempt(), TaskPhase.DELAYED, error == null ? known : error, position);
            case DEAD_LETTERED -> put(change, task, TaskPhase.DEAD, error, position);
            case DRAINED -> put(change, task, leftBy(change), error, position);
            case COMPLETED, SNAPSHOT, SOURCE_STARTED -> {} // a completed task has left the queue
        }
    }

    private static <T> Task<T> withKnownPayload(Task<T> task, @Nullable Held<T> before) {
        if (task.hasPayload() || before == null || !before.task.task().hasPayload()) {
            return task;
        }
        return task.withPayload(before.task.task().payload());
    }

    /** A task that is in the phase already keeps its place. */
    private void snapshot(TaskEvent<T> change, Position position) {
        TaskId id = change.task().id();
        TaskPhase phase = shownBy(change);
        Held<T> before = held(phase).get(id);
        if (before == null) {
            remove(id);
        }
        Since since = before == null
                ? new Since(position.epoch(), change.pendingSince().orElse(change.number()))
                : before.since;
        put(change, change.task(), phase, change.error().orElse(null), position, since);
    }

    /** The phase that an event shows by its parts. */
    private static TaskPhase shownBy(TaskEvent<?> change) {
        if (change.leaseExpiration().isPresent()) {
            return TaskPhase.LEASED;
        }
        return change.availableAt().isPresent() ? TaskPhase.DELAYED : TaskPhase.PENDING;
    }

    private static TaskPhase leftBy(TaskEvent<?> drained) {
        return drained.flags().contains(EventFlag.HAND_OVER) ? TaskPhase.HANDED_OVER : TaskPhase.DRAINED;
    }

    private void put(
            TaskEvent<T> change, Task<T> task, TaskPhase phase, @Nullable TaskError lastError, Position position) {
        put(change, task, phase, lastError, position, new Since(position.epoch(), change.number()));
    }

    private void put(
            TaskEvent<T> change,
            Task<T> task,
            TaskPhase phase,
            @Nullable TaskError lastError,
            Position position,
            Since since) {
        TaskId id = task.id();
        Map<TaskId, Held<T>> entered = held(phase);
        FoldedTask<T> folded = new FoldedTask<>(
                task,
                phase,
                lastError,
                change.token().orElse(null),
                phase == TaskPhase.LEASED ? change.leaseExpiration().orElse(null) : null,
                availableAt(change, phase),
                position);
        entered.put(id, new Held<>(folded, since));
        phases.put(id, phase);
        if (!phase.live() && entered.size() > endedKept) {
            TaskId oldest = entered.keySet().iterator().next();
            entered.remove(oldest);
            phases.remove(oldest);
        }
    }

    private static @Nullable Instant availableAt(TaskEvent<?> change, TaskPhase phase) {
        return switch (phase) {
            case DELAYED -> change.availableAt().orElse(change.occurredAt());
            case HANDED_OVER -> change.availableAt().orElse(null);
            case PENDING, LEASED, DEAD, DRAINED -> null;
        };
    }

    private @Nullable Held<T> remove(TaskId id) {
        TaskPhase phase = phases.remove(id);
        return phase == null ? null : held(phase).remove(id);
    }

    private Map<TaskId, Held<T>> held(TaskPhase phase) {
        Map<TaskId, Held<T>> held = tasks.get(phase);
        if (held == null) {
            throw new IllegalStateException("Phase " + phase + " has no tasks. This is a defect.");
        }
        return held;
    }

    private long count(EventKind kind) {
        return counts.getOrDefault(kind, 0L);
    }
}
