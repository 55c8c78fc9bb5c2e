package io.taskqueue.streams;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.function.LongPredicate;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Deletes the results of events that the log does not hold any more, a few at a time, so that a result lives exactly as long
 * as its event can be seen again; and what was discarded with them. Only the stream thread touches it.
 *
 * <p>All queues of the partition are gone through, also those that get no more events. An idle partition learns of a new log
 * start with its next record, or when it is taken over or the sink starts: its results wait until then. What a parked event
 * has recorded is kept until it is parked no more, whatever the log holds.
 */
final class Purge {

    private static final int PER_TICK = 100;

    /** A queue, and the key from which on its results have not been looked at. */
    private record Scan(String queue, @Nullable Bytes from) {}

    private final ResultsStore results;
    private final Parking<?> parked;
    private final Deque<Scan> scans = new ArrayDeque<>();
    private long purgedTo;

    Purge(ResultsStore results, Parking<?> parked) {
        this.results = results;
        this.parked = parked;
    }

    /** Sets the goal: results of events before an offset. */
    void upTo(long logStart, Collection<String> known) {
        if (logStart > purgedTo) {
            purgedTo = logStart;
            scans.clear();
            known.forEach(queue -> scans.add(new Scan(queue, null)));
        }
    }

    /** The topic was made anew, and its log begins where it begins. */
    void startOver() {
        purgedTo = 0;
        scans.clear();
    }

    boolean pending() {
        return !scans.isEmpty() || parked.anyDiscarded(purgedTo);
    }

    /**
     * Deletes a few.
     *
     * @param keepFrom the lowest offset in flight, whose results are still needed
     */
    void tick(long keepFrom) {
        parked.forgetDiscarded(purgedTo, PER_TICK);
        long before = Math.min(purgedTo, keepFrom);
        int left = PER_TICK;
        for (int looks = scans.size(); looks > 0 && left > 0; looks--) {
            Scan scan = scans.remove();
            ResultsStore.Purged purged = results.purge(scan.queue(), scan.from(), before, parked::needs, left);
            if (purged.more() || before < purgedTo) {
                scans.add(new Scan(scan.queue(), purged.next()));
            }
            left -= purged.looks() + 1;
        }
    }

    /** Deletes all results of a queue whose events cannot be seen again. */
    void all(String queue, LongPredicate inFlight) {
        Bytes from = null;
        ResultsStore.Purged purged;
        do {
            purged = results.purge(
                    queue, from, Long.MAX_VALUE, offset -> parked.needs(offset) || inFlight.test(offset), PER_TICK);
            from = purged.next();
        } while (purged.more());
    }
}
