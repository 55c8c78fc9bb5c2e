package io.taskqueue.streams.replay;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.store.EffectResult;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * One replay of one partition: its order, how far it has read, and its receipt. For the stream thread only.
 *
 * <pre>
 *     first          cursor            last
 *   ----|--------------|----------------|-----------&gt; offsets
 *       | read again   | still to come  | not read before
 * </pre>
 *
 * <p>An event is counted when it is processed, once, if it has been read again: it lies between first and cursor. That also holds
 * for an event that was in flight all the time.
 */
public final class Replay {

    /**
     * The offsets that a replay covers.
     *
     * @param topicId the event topic
     * @param first the offset at which it began
     * @param last the highest offset that had been read before
     */
    public record Range(Uuid topicId, long first, long last) {

        /** Whether the partition had no record to replay, as most partitions of a topic with few queues. */
        boolean isEmpty() {
            return last < first;
        }
    }

    /**
     * How far a replay has come.
     *
     * @param cursor the offset of the last record read
     * @param endedAt when all was processed; null while it is running
     */
    record Progress(long cursor, ReplayCounts counts, @Nullable Instant endedAt) {}

    private final ReplayOrder order;
    private final Range range;
    private final Instant begunAt;
    private final Map<Long, Integer> recordedBefore = new TreeMap<>();
    private long cursor;
    private ReplayCounts counts;
    private @Nullable Instant endedAt;

    Replay(ReplayOrder order, Range range, Instant begunAt, Progress progress) {
        this.order = order;
        this.range = range;
        this.begunAt = begunAt;
        this.cursor = progress.cursor();
        this.counts = progress.counts();
        this.endedAt = progress.endedAt();
    }

    static Replay begin(ReplayOrder order, Range range, Instant now) {
        return new Replay(order, range, now, new Progress(range.first() - 1, ReplayCounts.NONE, null));
    }

    public ReplayOrder order() {
        return order;
    }

    Range range() {
        return range;
    }

    Instant begunAt() {
        return begunAt;
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

    /**
     * The number of effects that were recorded for events that are not processed yet, by offset: when such an event is attempted
     * again, these are not reused results.
     */
    Map<Long, Integer> recordedBefore() {
        return recordedBefore;
    }

    boolean running() {
        return endedAt == null;
    }

    /** A record was read. */
    void passed(long offset) {
        cursor = Math.max(cursor, offset);
    }

    /** Whether all was read that is to be read again. */
    boolean allRead() {
        return cursor >= range.last();
    }

    void end(Instant now) {
        endedAt = now;
        recordedBefore.clear();
    }

    /**
     * How an event is delivered to the sink.
     *
     * @param newest the newest generation that anything is recorded of
     * @param failed whether an effect of the event has a recorded failure as its newest result
     */
    public DeliveryContext delivery(ReplicationEvent<?> event, int newest, boolean failed) {
        return switch (order.mode()) {
            case RECORDED_ONLY -> DeliveryContext.recordedOnly(newest);
            case FILL_GAPS -> order.selection().matches(event, failed)
                    ? DeliveryContext.rerun(newest)
                    : DeliveryContext.recordedOnly(newest);
            case RERUN -> order.selection().matches(event, failed)
                    ? DeliveryContext.rerun(order.number())
                    : DeliveryContext.recordedOnly(newest);
        };
    }

    /** Whether an event that is delivered so keeps the results of its effects that have not failed. */
    public boolean keepsResults(DeliveryContext delivery) {
        return order.selection().failuresOnly() && delivery.runsEffects();
    }

    /** Whether the event at an offset has been read again. */
    boolean covers(long offset) {
        return running() && range.first() <= offset && offset <= Math.min(cursor, range.last());
    }

    /** An effect has its result. */
    void recorded(long offset, EffectResult result) {
        boolean done = result instanceof EffectResult.Done;
        counts = counts.plus(new ReplayCounts(0, 0, done ? 1 : 0, done ? 0 : 1, 0, 0, 0));
        recordedBefore.merge(offset, 1, Integer::sum);
    }

    /** An event is applied. */
    void applied(long offset, int reused, int missing, int ambiguous) {
        counts = counts.plus(new ReplayCounts(1, reused, 0, 0, 0, missing, ambiguous));
        recordedBefore.remove(offset);
    }

    /** An event is parked, or was before. */
    void parked(long offset) {
        counts = counts.plus(new ReplayCounts(1, 0, 0, 0, 1, 0, 0));
        recordedBefore.remove(offset);
    }

    public ReplayReceipt receipt(int partition) {
        return new ReplayReceipt(partition, order, range.first(), range.last(), begunAt, endedAt(), counts);
    }
}
