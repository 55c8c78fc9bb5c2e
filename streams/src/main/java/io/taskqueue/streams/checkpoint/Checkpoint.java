package io.taskqueue.streams.checkpoint;

import io.taskqueue.event.Position;
import io.taskqueue.streams.checkpoint.Arrival.Mark;
import java.time.Instant;
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
 * @param unread how many offsets behind {@code taken} were deleted from the log before the sink had read them
 * @param divergence what is missing of the queue, as long as no operator has cleared it; null if nothing is
 */
public record Checkpoint(
        Uuid topicId,
        int partition,
        Mark taken,
        @Nullable Mark cursor,
        List<Fence> fences,
        long unread,
        @Nullable Divergence divergence) {

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
        return new Checkpoint(topicId, partition, arrival.mark(), null, List.of(fence(arrival)), 0, null);
    }

    /** The event is the newest read. */
    public Checkpoint take(Arrival arrival) {
        Divergence before = divergence;
        return new Checkpoint(
                topicId,
                partition,
                arrival.mark(),
                null,
                fencesWith(arrival),
                0,
                before == null ? null : before.passed());
    }

    /** The event is the newest read, and events before it are missing. */
    Checkpoint takeAfterGap(Arrival arrival, Gap gap, Instant now) {
        Divergence found = Divergence.of(divergence, gap, now, false);
        return new Checkpoint(topicId, partition, arrival.mark(), null, fencesWith(arrival), 0, found);
    }

    /** Events are missing, and the sink halts before the event behind them. */
    public Checkpoint haltBefore(Gap gap, Instant now) {
        return with(Divergence.of(divergence, gap, now, true));
    }

    /** The event is read again in a replay. */
    Checkpoint replay(Arrival arrival) {
        return new Checkpoint(topicId, partition, taken, arrival.mark(), fences, unread, divergence);
    }

    /** The event occurs a second time within a replay. */
    Checkpoint repeat(Arrival arrival) {
        Position reached = cursor == null ? arrival.position() : cursor.position();
        return new Checkpoint(
                topicId, partition, taken, new Mark(reached, arrival.offset()), fences, unread, divergence);
    }

    /** Offsets behind all that was read are lost. */
    Checkpoint overtaken(long offsets) {
        return new Checkpoint(topicId, partition, taken, cursor, fences, unread + offsets, divergence);
    }

    /**
     * The log was shortened to an offset, and what was read from there on is not in it any more: the next event of the queue is new, also
     * where its offset was read before.
     */
    Checkpoint shortened(long end, Instant now, boolean halts) {
        if (taken.offset() < end) {
            return this;
        }
        Gap gap = new Gap(Gap.Cause.SHORTENED, taken.position(), taken.position(), end, Missing.NONE);
        List<Fence> kept = fences.stream()
                .map(fence -> fence.offset() < end ? fence : new Fence(fence.epoch(), end - 1, fence.instance()))
                .toList();
        return new Checkpoint(
                topicId,
                partition,
                new Mark(taken.position(), end - 1),
                null,
                kept,
                0,
                Divergence.of(divergence, gap, now, halts));
    }

    /** An operator has cleared the mark {@code diverged}: where the sink halts before an event, nothing is missing before it any more. */
    Checkpoint cleared() {
        Gap gap = divergence == null || !divergence.pending() ? null : divergence.newest();
        if (gap == null) {
            return with(null);
        }
        Position found = gap.found();
        boolean passes = gap.cause() != Gap.Cause.SHORTENED && found.sequence() > 0;
        Mark next = passes ? new Mark(new Position(found.epoch(), found.sequence() - 1), taken.offset()) : taken;
        return new Checkpoint(topicId, partition, next, cursor, fences, 0, null);
    }

    /** Whether events were missing and no operator has cleared it. */
    public boolean diverged() {
        return divergence != null;
    }

    /** Where the sink halts before the next event: because of what. */
    public @Nullable Gap pending() {
        return divergence != null && divergence.pending() ? divergence.newest() : null;
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
                : new Checkpoint(topicId, partition, taken, cursor, needed, unread, divergence);
    }

    /** Whether a replay has begun and has not reached the newest event yet. */
    public boolean replaying() {
        return cursor != null && cursor.offset() < taken.offset();
    }

    Checkpoint with(@Nullable Divergence now) {
        return new Checkpoint(topicId, partition, taken, cursor, fences, unread, now);
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
