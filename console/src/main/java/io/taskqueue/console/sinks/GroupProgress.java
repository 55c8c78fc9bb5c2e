package io.taskqueue.console.sinks;

import io.taskqueue.console.model.CatchUp;
import io.taskqueue.console.overview.CatchUpTime;
import io.taskqueue.console.overview.NewestPositions;
import io.taskqueue.console.overview.RateMeter;
import io.taskqueue.kafka.TopicOffsets.Unconsumed;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** How far a consumer group has read the event topic, and how fast. For the thread of the index. */
final class GroupProgress {

    private final RateMeter consumed = new RateMeter();
    private Map<TopicPartition, Long> committed = Map.of();
    private @Nullable Map<TopicPartition, Unconsumed> unconsumed;

    /**
     * What it has committed now.
     *
     * @param unconsumed what it has not read; null if the event topic may not be read
     */
    void measure(
            long nanos, Map<TopicPartition, Long> committed, @Nullable Map<TopicPartition, Unconsumed> unconsumed) {
        this.committed = Map.copyOf(committed);
        this.unconsumed = unconsumed == null ? null : Map.copyOf(unconsumed);
        consumed.measure(
                nanos, committed.values().stream().mapToLong(Long::longValue).sum());
    }

    Map<TopicPartition, Long> committed() {
        return committed;
    }

    /** The records that it has not read; null if unknown. */
    @Nullable
    Long lagEvents() {
        return unconsumed == null
                ? null
                : unconsumed.values().stream().mapToLong(Unconsumed::offsets).sum();
    }

    /** The age of the oldest of them; null if unknown. */
    @Nullable
    Double lagSeconds(Instant now) {
        return unconsumed == null
                ? null
                : unconsumed.values().stream()
                        .map(each -> Instant.ofEpochMilli(each.first().timestamp()))
                        .min(Instant::compareTo)
                        .map(oldest -> NewestPositions.secondsSince(oldest, now))
                        .orElse(0.0);
    }

    /** When the oldest record of a partition that it has not read was written. */
    Optional<Instant> oldestUnread(int partition) {
        return Optional.ofNullable(unconsumed).flatMap(known -> known.entrySet().stream()
                .filter(entry -> entry.getKey().partition() == partition)
                .findFirst()
                .map(entry -> Instant.ofEpochMilli(entry.getValue().first().timestamp())));
    }

    /** How many records it has read in all, as offsets; it is only compared. */
    long consumed() {
        return committed.values().stream().mapToLong(Long::longValue).sum();
    }

    CatchUp catchUp(double producedPerSecond) {
        return CatchUpTime.of(lagEvents(), consumed.known(), producedPerSecond);
    }

    /** When a queue of which it has read nothing will be caught up: never while it reads nothing at all, otherwise that is unknown. */
    CatchUp catchUpOfUnread() {
        return consumed.known().isPresent() && consumed.perSecond() <= 0 ? CatchUp.NEVER : CatchUp.UNKNOWN;
    }
}
