package io.taskqueue.streams;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

/**
 * Deletes the results of events that the log does not hold any more, a few at a time, so that a result lives exactly as long
 * as its event can be seen again. Only the stream thread touches it.
 *
 * <p>All queues of the partition are gone through, also those that get no more events. An idle partition learns of a new log
 * start with its next record, or when it is taken over or the sink starts: its results wait until then.
 */
final class Purge {

    private static final int PER_TICK = 100;

    private final ResultsStore results;
    private final Deque<String> queues = new ArrayDeque<>();
    private long purgedTo;

    Purge(ResultsStore results) {
        this.results = results;
    }

    /** Sets the goal: results of events before an offset. */
    void upTo(long logStart, Collection<String> known) {
        if (logStart > purgedTo) {
            purgedTo = logStart;
            queues.clear();
            queues.addAll(known);
        }
    }

    boolean pending() {
        return !queues.isEmpty();
    }

    /**
     * Deletes a few.
     *
     * @param keepFrom the lowest offset in flight, whose results are still needed
     */
    void tick(long keepFrom) {
        long before = Math.min(purgedTo, keepFrom);
        int left = PER_TICK;
        for (int looks = queues.size(); looks > 0 && left > 0; looks--) {
            String queue = queues.remove();
            int gone = results.purge(queue, before, left);
            if (gone == left || before < purgedTo) {
                queues.add(queue); // there may be more
            }
            left -= gone + 1; // a look costs as well
        }
    }

    /** Deletes all results of a queue. */
    void all(String queue) {
        int gone;
        do {
            gone = results.purge(queue, Long.MAX_VALUE, PER_TICK);
        } while (gone == PER_TICK);
    }
}
