package io.taskqueue.streams;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

/**
 * Deletes the results of events that the log does not hold any more, a few at a time, so that a result lives exactly as long
 * as its event can be seen again. Only the stream thread touches it.
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
        String queue = queues.peek();
        if (queue != null && results.purge(queue, Math.min(purgedTo, keepFrom), PER_TICK) < PER_TICK) {
            queues.remove();
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
