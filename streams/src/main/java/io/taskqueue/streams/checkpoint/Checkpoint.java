package io.taskqueue.streams.checkpoint;

import io.taskqueue.event.Position;
import io.taskqueue.streams.checkpoint.Arrival.Mark;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * How far a sink has read one queue. Its methods are the only transitions; {@link Classification} chooses among them.
 *
 * <pre>
 *                 replay                     replay, repeat
 *   (none) -----> following -------------> replaying ---------+
 *         joined    |  ^  ^                    |  ^           |
 *                   |  |  +------ take --------+  +-----------+
 *                   +--+
 *                    take
 * </pre>
 *
 * @param topicId the topic's id; another id is another topic, and the checkpoint starts over
 * @param partition the queue's partition
 * @param taken the newest position read, with its offset; events in flight count as read
 * @param cursor how far a replay has read; null where none has begun since {@code taken} advanced
 * @param fences where each epoch began, in ascending order
 * @param diverged whether events were missing and no operator has cleared it
 */
public record Checkpoint(
        Uuid topicId, int partition, Mark taken, @Nullable Mark cursor, List<Fence> fences, boolean diverged) {

    /**
     * Where an epoch began: what a lower epoch wrote behind this offset is stale.
     *
     * @param instance the source that opened the epoch; null where the sink joined after that
     */
    public record Fence(long epoch, long offset, @Nullable UUID instance) {}

    public Checkpoint {
        fences = List.copyOf(fences);
    }

    /** The checkpoint of a queue at the first event read of it. */
    static Checkpoint joined(Uuid topicId, int partition, Arrival arrival) {
        return new Checkpoint(topicId, partition, arrival.mark(), null, List.of(fence(arrival)), false);
    }

    /** The event is the newest read. */
    public Checkpoint take(Arrival arrival) {
        return new Checkpoint(topicId, partition, arrival.mark(), null, fencesWith(arrival), diverged);
    }

    /** The event is the newest read, and events before it are missing. */
    Checkpoint takeAfterGap(Arrival arrival) {
        return new Checkpoint(topicId, partition, arrival.mark(), null, fencesWith(arrival), true);
    }

    /** The event is read again in a replay. */
    Checkpoint replay(Arrival arrival) {
        return new Checkpoint(topicId, partition, taken, arrival.mark(), fences, diverged);
    }

    /** The event occurs a second time within a replay. */
    Checkpoint repeat(Arrival arrival) {
        Position reached = cursor == null ? arrival.position() : cursor.position();
        return new Checkpoint(topicId, partition, taken, new Mark(reached, arrival.offset()), fences, diverged);
    }

    /** An operator has cleared the mark {@code diverged}. */
    Checkpoint cleared() {
        return new Checkpoint(topicId, partition, taken, cursor, fences, false);
    }

    /** Without the fences that no record of the log needs; of those before the log's start the newest implies the others. */
    Checkpoint withoutFencesBefore(long logStart) {
        long newestBefore = fences.stream()
                .filter(fence -> fence.offset() < logStart)
                .mapToLong(Fence::epoch)
                .max()
                .orElse(Long.MIN_VALUE);
        List<Fence> needed =
                fences.stream().filter(fence -> fence.epoch() >= newestBefore).toList();
        return needed.size() == fences.size()
                ? this
                : new Checkpoint(topicId, partition, taken, cursor, needed, diverged);
    }

    /** Whether a replay has begun and has not reached the newest event yet. */
    public boolean replaying() {
        return cursor != null && cursor.offset() < taken.offset();
    }

    private List<Fence> fencesWith(Arrival arrival) {
        if (arrival.position().epoch() <= fences.get(fences.size() - 1).epoch()) {
            return fences;
        }
        List<Fence> more = new ArrayList<>(fences);
        more.add(fence(arrival));
        more.sort(Comparator.comparingLong(Fence::epoch));
        return more;
    }

    private static Fence fence(Arrival arrival) {
        return new Fence(arrival.position().epoch(), arrival.offset(), arrival.instance());
    }
}
