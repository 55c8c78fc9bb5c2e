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
final class CatchUp {

    /** What was found. */
    record Found(State state, @Nullable Instant asOf, long behind, double done) {}

    private final Map<Integer, Long> from = new HashMap<>();
    private Map<Integer, Long> endsBefore = Map.of();
    private @Nullable Instant before;
    private @Nullable Instant asOf;
    private boolean current;

    /**
     * Takes an observation.
     *
     * @param at when it began
     * @param starts the first offset that each partition holds
     * @param ends the ends of all partitions of the topic
     * @param read the next offset of each partition that this process has, read after the ends
     */
    Found observe(Instant at, Map<Integer, Long> starts, Map<Integer, Long> ends, Map<Integer, Long> read) {
        long behind = 0;
        long total = 0;
        boolean seenAll = endsBefore.keySet().equals(ends.keySet());
        for (Map.Entry<Integer, Long> end : ends.entrySet()) {
            int partition = end.getKey();
            long position = Math.max(read.getOrDefault(partition, 0L), starts.getOrDefault(partition, 0L));
            long left = Math.max(0, end.getValue() - position);
            behind += left;
            total += Math.max(0, end.getValue() - Math.min(position, from.computeIfAbsent(partition, key -> position)));
            seenAll &= read.containsKey(partition) && position >= endsBefore.getOrDefault(partition, Long.MAX_VALUE);
        }
        boolean hasAll = behind == 0 && read.keySet().containsAll(ends.keySet());
        if (hasAll) {
            asOf = at;
        } else if (seenAll) {
            asOf = before;
        }
        current = hasAll || seenAll;
        if (current) {
            from.clear();
            from.putAll(read);
        }
        endsBefore = Map.copyOf(ends);
        before = at;
        return new Found(
                current ? State.CURRENT : State.CATCHING_UP,
                asOf,
                behind,
                current || total == 0 ? (current ? 1 : 0) : (double) (total - behind) / total);
    }
}
