package io.taskqueue.streams;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.store.EffectResult;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * One replay of one partition: what was wanted, how far it has come, and its receipt. Only the stream thread touches it.
 *
 * <pre>
 *     first          cursor            last
 *   ----|--------------|----------------|-----------&gt; offsets
 *       | seen again   | still to come  | not seen before
 * </pre>
 *
 * <p>An event counts when it is done with, once, if it has been seen again: it lies between first and cursor. That also holds
 * for one that was in flight all the while.
 */
final class Replay {

    /**
     * Where it takes place.
     *
     * @param topicId the event topic
     * @param first the offset at which it began
     * @param last the highest offset that had been seen before
     */
    record Range(Uuid topicId, long first, long last) {}

    /**
     * How far it has come.
     *
     * @param cursor the offset of the last record read
     * @param endedAt when all was done with; null while it goes on
     */
    record Reached(long cursor, ReplayCounts counts, @Nullable Instant endedAt) {}

    final ReplayOrder order;
    final Range range;
    final Instant begunAt;

    /** Effects that were recorded for events that are not done with, by offset: tried again, those are not reused ones. */
    final Map<Long, Integer> ranBefore = new TreeMap<>();

    private long cursor;
    private ReplayCounts counts;
    private @Nullable Instant endedAt;

    Replay(ReplayOrder order, Range range, Instant begunAt, Reached reached) {
        this.order = order;
        this.range = range;
        this.begunAt = begunAt;
        this.cursor = reached.cursor();
        this.counts = reached.counts();
        this.endedAt = reached.endedAt();
    }

    static Replay begun(ReplayOrder order, Range range, Instant now) {
        return new Replay(order, range, now, new Reached(range.first() - 1, ReplayCounts.NONE, null));
    }

    ReplayCounts counts() {
        return counts;
    }

    long cursor() {
        return cursor;
    }

    Optional<Instant> endedAt() {
        return Optional.ofNullable(endedAt);
    }

    boolean running() {
        return endedAt == null;
    }

    /** A record was read. */
    void passed(long offset) {
        cursor = Math.max(cursor, offset);
    }

    /** Whether all was seen that is to be seen again. */
    boolean seenAll() {
        return cursor >= range.last();
    }

    void end(Instant now) {
        endedAt = now;
        ranBefore.clear();
    }

    /** How an event goes through the sink, given the newest generation that anything is recorded of. */
    Pass pass(ReplicationEvent<?> event, int newest) {
        return switch (order.mode()) {
            case RECORDED_ONLY -> Pass.recorded(newest);
            case FILL_GAPS -> order.selection().matches(event) ? Pass.again(newest) : Pass.recorded(newest);
            case RERUN -> order.selection().matches(event) ? Pass.again(order.number()) : Pass.recorded(newest);
        };
    }

    /** Whether the event at an offset has been seen again. */
    boolean covers(long offset) {
        return running() && range.first() <= offset && offset <= Math.min(cursor, range.last());
    }

    /** An effect has its result. */
    void recorded(long offset, EffectResult result) {
        boolean done = result instanceof EffectResult.Done;
        counts = counts.plus(new ReplayCounts(0, 0, done ? 1 : 0, done ? 0 : 1, 0, 0, 0));
        ranBefore.merge(offset, 1, Integer::sum);
    }

    /** An event is done with. */
    void applied(long offset, int reused, int missing, int ambiguous) {
        counts = counts.plus(new ReplayCounts(1, reused, 0, 0, 0, missing, ambiguous));
        ranBefore.remove(offset);
    }

    /** An event is set aside, or was before. */
    void parked(long offset) {
        counts = counts.plus(new ReplayCounts(1, 0, 0, 0, 1, 0, 0));
        ranBefore.remove(offset);
    }

    ReplayReceipt receipt(int partition) {
        return new ReplayReceipt(partition, order, range.first(), range.last(), begunAt, endedAt(), counts);
    }
}
