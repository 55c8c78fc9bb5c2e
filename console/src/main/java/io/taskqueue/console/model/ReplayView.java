package io.taskqueue.console.model;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The receipt of a sink's latest replay of one partition.
 *
 * @param sink the sink
 * @param partition the partition
 * @param mode the mode
 * @param selection what was selected, as text; empty for everything
 * @param firstOffset where it began
 * @param lastOffset where it ends
 * @param begunAt when it began
 * @param endedAt when it ended; null while it runs
 * @param counts its counts by name, as in the command {@code replay}
 */
public record ReplayView(
        String sink,
        int partition,
        String mode,
        String selection,
        long firstOffset,
        long lastOffset,
        Instant begunAt,
        @Nullable Instant endedAt,
        Map<String, Long> counts) {

    public ReplayView {
        counts = Map.copyOf(counts);
    }
}
