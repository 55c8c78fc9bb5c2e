package io.taskqueue.streams;

import java.time.Instant;
import java.util.Optional;

/**
 * What came of the latest replay of one partition, so far or finally.
 *
 * @param partition the partition of the event topic
 * @param order what was wanted
 * @param firstOffset where it began
 * @param lastOffset the highest offset that had been seen before it: where it ends
 * @param begunAt when
 * @param endedAt when everything up to its end was done with; empty while it goes on
 * @param counts what became of events and effects
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
