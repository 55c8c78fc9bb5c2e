package io.taskqueue.streams;

import io.taskqueue.event.Position;
import io.taskqueue.streams.Arrival.Mark;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * How far a sink has come with one queue. Its methods are the only ways it changes; {@link Classification} chooses among them.
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
 * @param taken the newest position seen, with its offset; what is in flight counts as seen
 * @param cursor how far a replay has come; null where none has begun since {@code taken} advanced
 * @param fences where each epoch began, by rising epoch
 * @param diverged whether events were missing and no operator has cleared it
 */
record Checkpoint(
        Uuid topicId, int partition, Mark taken, @Nullable Mark cursor, List<Fence> fences, boolean diverged) {

    /**
     * Where an epoch began: what a lower epoch wrote behind it is stale.
     *
     * @param instance the source that began it; null where the sink joined after it
     */
    record Fence(long epoch, long offset, @Nullable UUID instance) {}

    Checkpoint {
        fences = List.copyOf(fences);
    }

    /** The checkpoint of a queue at the first event seen of it. */
    static Checkpoint joined(Uuid topicId, int partition, Arrival arrival) {
        return new Checkpoint(topicId, partition, arrival.mark(), null, List.of(fence(arrival)), false);
    }

    /** The event is the newest seen. */
    Checkpoint take(Arrival arrival) {
        return new Checkpoint(topicId, partition, arrival.mark(), null, fencesWith(arrival), diverged);
    }

    /** The event is the newest seen, and others before it are missing. */
    Checkpoint takeAfterGap(Arrival arrival) {
        return new Checkpoint(topicId, partition, arrival.mark(), null, fencesWith(arrival), true);
    }

    /** The event is seen again on purpose. */
    Checkpoint replay(Arrival arrival) {
        return new Checkpoint(topicId, partition, taken, arrival.mark(), fences, diverged);
    }

    /** The event comes a second time within a replay. */
    Checkpoint repeat(Arrival arrival) {
        Position reached = cursor == null ? arrival.position() : cursor.position();
        return new Checkpoint(topicId, partition, taken, new Mark(reached, arrival.offset()), fences, diverged);
    }

    /** An operator has dealt with the missing events. */
    Checkpoint cleared() {
        return new Checkpoint(topicId, partition, taken, cursor, fences, false);
    }

    /** Without the fences that no record of the log can need, of which the newest behind the log's start says it all. */
    Checkpoint withoutFencesBefore(long logStart) {
        long newestBehind = fences.stream()
                .filter(fence -> fence.offset() < logStart)
                .mapToLong(Fence::epoch)
                .max()
                .orElse(Long.MIN_VALUE);
        List<Fence> needed =
                fences.stream().filter(fence -> fence.epoch() >= newestBehind).toList();
        return needed.size() == fences.size()
                ? this
                : new Checkpoint(topicId, partition, taken, cursor, needed, diverged);
    }

    /** Whether a replay has begun and not come to its end. */
    boolean replaying() {
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
