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
 * The live tasks of a queue, in the order of the oldest records that a recovery needs of them; the first is at the queue's low-water mark.
 *
 * <pre>
 *   of earlier owners, not recovered        of this source
 *   [ 12 ] -&gt; [ 40 ] -&gt; [ 41 ]              [ 90 ] -&gt; [ 97 ] -&gt; [ 99 ]    next: 100
 *     ^ low-water mark                        an event of a task moves it to the end, or removes it
 * </pre>
 *
 * <p>An event that is published without its payload moves no task: the record before it that has the payload is still needed.
 *
 * <p>An event takes constant time. Bounded by the live tasks, each of about 150 bytes; no payload is kept. Thread-safe: events come
 * from the producer's thread.
 */
public final class LiveTaskOffsets {

    /**
     * The oldest record that must be retained for a live task: that of its latest event or, if that has no payload, of the latest one that has.
     *
     * @param offset its offset, or a lower bound
     * @param position the position of its event
     * @param recordedAt when that was recorded
     */
    public record RetainedRecord(TaskId task, long offset, Position position, Instant recordedAt) {}

    /**
     * The low-water mark at one moment.
     *
     * @param offset the records that a recovery needs of the live tasks are at it or behind it
     * @param position the position of the event there, or of the next event if no task is live
     * @param tasks how many tasks are live
     * @param upTo the event up to which this is the case
     * @param lastKey the caller's key of the task that was enqueued last
     */
    public record Low(long offset, Position position, long tasks, Position upTo, Optional<String> lastKey) {}

    private final Map<TaskId, RetainedRecord> own = new LinkedHashMap<>();
    private @Nullable Map<TaskId, RetainedRecord> abandoned;
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
     * @param tasks in the order of their offsets; each is at the mark until an event of this source shows it, with its payload
     * @param key the caller's key of the task that an earlier owner enqueued last
     */
    public synchronized void abandoned(Collection<RetainedRecord> tasks, Optional<String> key) {
        Map<TaskId, RetainedRecord> known = new LinkedHashMap<>();
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
            if (!Liveness.isLiveAfter(change)) {
                remove(change.task().id());
            } else if (change.task().hasPayload()) {
                remove(change.task().id());
                own.put(
                        change.task().id(),
                        new RetainedRecord(change.task().id(), at, event.position(), event.recordedAt()));
            } // otherwise its record with the payload, before this one, is the oldest that is needed
            if (change.kind() == EventKind.ENQUEUED) {
                lastKey = change.task().key() == null ? lastKey : change.task().key();
            }
        });
        notifyAll();
    }

    private void remove(TaskId task) {
        own.remove(task);
        if (abandoned != null) {
            abandoned.remove(task);
        }
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
        RetainedRecord first = first(abandoned).or(() -> first(own)).orElse(null);
        long offset = first == null ? last + 1 : first.offset();
        Position position = first == null ? upTo.next() : first.position();
        return Optional.of(
                new Low(offset, position, (long) abandoned.size() + own.size(), upTo, Optional.ofNullable(lastKey)));
    }

    /** How many live tasks this source has shown in an event. */
    public synchronized int live() {
        return own.size();
    }

    /** The live tasks of this source whose retained records are oldest, at most that many. */
    public synchronized List<RetainedRecord> oldest(int max) {
        List<RetainedRecord> oldest = new ArrayList<>();
        for (RetainedRecord task : own.values()) {
            if (oldest.size() == max) {
                break;
            }
            oldest.add(task);
        }
        return oldest;
    }

    /** The live task of an earlier owner whose retained record is oldest. */
    public synchronized Optional<RetainedRecord> oldestAbandoned() {
        return abandoned == null ? Optional.empty() : first(abandoned);
    }

    private static Optional<RetainedRecord> first(Map<TaskId, RetainedRecord> tasks) {
        return tasks.values().stream().findFirst();
    }
}
