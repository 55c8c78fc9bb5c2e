package io.taskqueue.streams.replay;

import java.time.Instant;
import java.util.Optional;

/**
 * The receipt of the latest replay of one partition: its progress or its final counts.
 *
 * @param partition the partition of the event topic
 * @param order what was ordered
 * @param firstOffset the offset at which it began
 * @param lastOffset the highest offset that had been read before it: where it ends
 * @param begunAt when it began
 * @param endedAt when everything up to its end was processed; empty while it is running
 * @param counts what happened to events and effects
 */
public record ReplayReceipt(
        int partition,
        ReplayOrder order,
        long firstOffset,
        long lastOffset,
        Instant begunAt,
        Optional<Instant> endedAt,
        ReplayCounts counts) {

    /** Whether the counts are final. */
    public boolean complete() {
        return endedAt.isPresent();
    }
}
