package io.taskqueue.console.topology;

import io.taskqueue.console.model.ViewProgress.State;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far the view is behind the event topic, from what is observed at intervals: the ends of the partitions, and how far each was read. Plain
 * logic; for one thread.
 *
 * <p>The view is current when it has read all that the observation before this one found: while events are written all the time, it never has all
 * of them at one moment.
 */
final class ReadProgress {

    /** What was found. */
    record Found(State state, @Nullable Instant asOf, long behind, double done) {}

    /**
     * How far a partition was read.
     *
     * @param next the offset of the next record
     * @param newest when the newest event occurred that was read; null before the first
     */
    record Read(long next, @Nullable Instant newest) {}

    private final Map<Integer, Long> from = new HashMap<>();
    private Map<Integer, Long> endsBefore = Map.of();
    private @Nullable Instant before;
    private @Nullable Instant asOf;

    /**
     * Takes an observation.
     *
     * @param at when it began
     * @param starts the first offset that each partition holds
     * @param ends the ends of all partitions of the topic
     * @param read of each partition that this process has, taken after the ends
     */
    Found observe(Instant at, Map<Integer, Long> starts, Map<Integer, Long> ends, Map<Integer, Read> read) {
        long behind = 0;
        long total = 0;
        boolean hasPrevious = endsBefore.keySet().equals(ends.keySet());
        boolean complete = true;
        @Nullable Instant oldest = null;
        for (Map.Entry<Integer, Long> end : ends.entrySet()) {
            int partition = end.getKey();
            Read part = read.getOrDefault(partition, new Read(0, null));
            long position = Math.max(part.next(), starts.getOrDefault(partition, 0L));
            long left = Math.max(0, end.getValue() - position);
            behind += left;
            total += left + Math.max(0, position - from.computeIfAbsent(partition, unknown -> position));
            complete &= read.containsKey(partition);
            hasPrevious &= position >= endsBefore.getOrDefault(partition, Long.MAX_VALUE);
            if (left > 0 && part.newest() != null) {
                oldest = oldest == null || part.newest().isBefore(oldest) ? part.newest() : oldest;
            }
        }
        boolean current = complete && (behind == 0 || hasPrevious);
        if (complete && behind == 0) {
            asOf = at;
        } else if (current) {
            asOf = before;
        } else if (oldest != null && (asOf == null || oldest.isAfter(asOf))) {
            asOf = oldest;
        }
        if (current) {
            from.clear();
            read.forEach((partition, part) -> from.put(partition, part.next()));
        }
        endsBefore = Map.copyOf(ends);
        before = at;
        return new Found(current ? State.CURRENT : State.CATCHING_UP, asOf, behind, done(current, behind, total));
    }

    private static double done(boolean current, long behind, long total) {
        if (current) {
            return 1;
        }
        return total == 0 ? 0 : (double) (total - behind) / total;
    }
}
