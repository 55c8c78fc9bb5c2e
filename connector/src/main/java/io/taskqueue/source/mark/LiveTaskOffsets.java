package io.taskqueue.source.mark;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The live tasks of a queue, in the order of their latest acknowledged events; the first is at the queue's low-water mark.
 *
 * <pre>
 *   of earlier owners, not recovered        of this source
 *   [ 12 ] -&gt; [ 40 ] -&gt; [ 41 ]              [ 90 ] -&gt; [ 97 ] -&gt; [ 99 ]    next: 100
 *     ^ low-water mark                        an event of a task moves it to the end, or removes it
 * </pre>
 *
 * <p>An event takes constant time. Bounded by the live tasks, each of about 150 bytes; no payload is kept. Thread-safe: events come
 * from the producer's thread.
 */
public final class LiveTaskOffsets {

    /**
     * The latest event of a live task.
     *
     * @param offset its offset, or a lower bound
     * @param recordedAt when it was recorded
     */
    public record Latest(TaskId task, long offset, Position position, Instant recordedAt) {}

    /**
     * The low-water mark at one moment.
     *
     * @param offset the latest event of every live task is at it or behind it
     * @param position the position of the event there, or of the next event if no task is live
     * @param tasks how many tasks are live
     * @param upTo the event up to which this is the case
     * @param lastKey the caller's key of the task that was enqueued last
     */
    public record Low(long offset, Position position, long tasks, Position upTo, Optional<String> lastKey) {}

    private final Map<TaskId, Latest> own = new LinkedHashMap<>();
    private @Nullable Map<TaskId, Latest> abandoned;
    private Position upTo;
    private long last;
    private @Nullable String lastKey;

    /**
     * @param started the position of the source's SourceStarted
     * @param offset its offset
     */
    public LiveTaskOffsets(Position started, long offset) {
        this.upTo = started;
        this.last = offset;
    }

    /**
     * The live tasks of earlier owners are known. Until then there is no low-water mark: one that an earlier owner published stays.
     *
     * @param tasks in the order of their latest events; each is at the mark until an event of this source's shows it
     * @param key the caller's key of the task that an earlier owner enqueued last
     */
    public synchronized void abandoned(Collection<Latest> tasks, Optional<String> key) {
        Map<TaskId, Latest> known = new LinkedHashMap<>();
        tasks.forEach(task -> known.put(task.task(), task));
        known.keySet().removeAll(own.keySet());
        abandoned = known;
        if (lastKey == null) {
            lastKey = key.orElse(null);
        }
    }

    /** How many live tasks of earlier owners this source has not shown in an event. */
    public synchronized int abandoned() {
        return abandoned == null ? 0 : abandoned.size();
    }

    /**
     * An event is acknowledged; called for each, in order.
     *
     * @param offset its offset; -1 if Kafka did not state it, as for a retry of a batch that it holds already
     */
    public synchronized void acknowledged(ReplicationEvent<?> event, long offset) {
        long at = offset < 0 ? last + 1 : offset; // behind the event before it, so this is a lower bound
        last = Math.max(last, at);
        upTo = event.position();
        event.change().ifPresent(change -> {
            TaskId id = change.task().id();
            if (abandoned != null) {
                abandoned.remove(id);
            }
            own.remove(id);
            if (Liveness.isLiveAfter(change)) {
                own.put(id, new Latest(id, at, event.position(), event.recordedAt()));
            }
            if (change.kind() == EventKind.ENQUEUED) {
                lastKey = change.task().key() == null ? lastKey : change.task().key();
            }
        });
        notifyAll();
    }

    /** Waits until the acknowledgement of an event has arrived here, which may be a moment after it has been confirmed. */
    public synchronized void awaitAcknowledged(Position position) throws InterruptedException {
        while (upTo.compareTo(position) < 0) {
            wait();
        }
    }

    /** The low-water mark now; empty until the tasks of earlier owners are known. */
    public synchronized Optional<Low> low() {
        if (abandoned == null) {
            return Optional.empty();
        }
        Latest first = first(abandoned).or(() -> first(own)).orElse(null);
        long offset = first == null ? last + 1 : first.offset();
        Position position = first == null ? upTo.next() : first.position();
        return Optional.of(
                new Low(offset, position, (long) abandoned.size() + own.size(), upTo, Optional.ofNullable(lastKey)));
    }

    /** How many live tasks this source has shown in an event. */
    public synchronized int live() {
        return own.size();
    }

    /** The live tasks of this source whose latest events are oldest, at most that many. */
    public synchronized List<Latest> oldest(int max) {
        List<Latest> oldest = new ArrayList<>();
        for (Latest task : own.values()) {
            if (oldest.size() == max) {
                break;
            }
            oldest.add(task);
        }
        return oldest;
    }

    /** The live task of an earlier owner whose latest event is oldest. */
    public synchronized Optional<Latest> oldestAbandoned() {
        return abandoned == null ? Optional.empty() : first(abandoned);
    }

    private static Optional<Latest> first(Map<TaskId, Latest> tasks) {
        return tasks.values().stream().findFirst();
    }
}
