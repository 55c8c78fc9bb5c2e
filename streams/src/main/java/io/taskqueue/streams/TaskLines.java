package io.taskqueue.streams;

import io.taskqueue.event.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where the events of one partition stand: those of a task in a line, in order, and the first of each line in one of these
 * places. Thread-safe, and each move is one step, so that it can be said when nothing moves.
 *
 * <pre>
 *        add, next                                   done
 *   -----------------&gt; under way --------------------------------------&gt; (gone; the line's next one)
 *                       |   ^  |
 *                       |   |  +- blocked -&gt; (stays the first of its line, until the line is taken)
 *                       v   |
 *      held (while the partition rests) | waiting for its time | waiting for the target
 * </pre>
 */
final class TaskLines<T> {

    private final Map<TaskId, Queue<LiveEvent<T>>> lines = new HashMap<>();
    private final Map<Instant, Integer> times = new TreeMap<>();
    private List<LiveEvent<T>> held = new ArrayList<>();
    private int underWay;
    private int atTarget;

    /** Puts an event at the end of its task's line, and says whether it is the first there, and under way now. */
    synchronized boolean add(LiveEvent<T> event) {
        Queue<LiveEvent<T>> line = lines.computeIfAbsent(event.event.taskId(), task -> new ArrayDeque<>(2));
        line.add(event);
        if (line.size() == 1) {
            underWay++;
        }
        return line.size() == 1;
    }

    /** An event that was under way is done: the next one of its line is under way now, if there is one. */
    synchronized @Nullable LiveEvent<T> next(TaskId task) {
        Queue<LiveEvent<T>> line = lines.get(task);
        LiveEvent<T> next = null;
        if (line != null) {
            line.remove();
            next = line.peek();
            if (next == null) {
                lines.remove(task);
            }
        }
        if (next == null) {
            underWay--;
        }
        return next;
    }

    /** Nothing of the line of an event that was under way moves any more. */
    synchronized void blocked() {
        underWay--;
    }

    /** Empties a line that is blocked, and returns what was in it, in order. */
    synchronized List<LiveEvent<T>> take(TaskId task) {
        Queue<LiveEvent<T>> line = lines.remove(task);
        return line == null ? List.of() : List.copyOf(line);
    }

    synchronized void waitsUntil(Instant time) {
        times.merge(time, 1, Integer::sum);
        underWay--;
    }

    synchronized void itIsTime(Instant time) {
        times.computeIfPresent(time, (due, events) -> events == 1 ? null : events - 1);
        underWay++;
    }

    synchronized void waitsForTarget() {
        atTarget++;
        underWay--;
    }

    synchronized void leavesTarget() {
        atTarget--;
        underWay++;
    }

    synchronized void hold(LiveEvent<T> event) {
        held.add(event);
        underWay--;
    }

    /** The events that were held are under way now. */
    synchronized List<LiveEvent<T>> release() {
        if (held.isEmpty()) {
            return List.of();
        }
        List<LiveEvent<T>> released = held;
        held = new ArrayList<>();
        underWay += released.size();
        return released;
    }

    /** Whether all there is waits: for its time, or for the target. */
    synchronized boolean still() {
        return underWay == 0 && held.isEmpty();
    }

    /**
     * How long all there is waits at least, if all waits.
     *
     * @param target how long those wait that wait for the target
     */
    synchronized Optional<Duration> stillFor(Instant now, Duration target) {
        if (!still()) {
            return Optional.empty();
        }
        Optional<Duration> first = times.keySet().stream().findFirst().map(time -> Duration.between(now, time));
        return atTarget == 0
                ? first
                : Optional.of(first.filter(wait -> wait.compareTo(target) < 0).orElse(target));
    }
}
