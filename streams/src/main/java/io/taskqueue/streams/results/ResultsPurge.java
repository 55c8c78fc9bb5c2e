package io.taskqueue.streams.results;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.function.LongPredicate;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Deletes the results of events that the log does not hold any more, a few at a time, so that a result is kept exactly as long
 * as its event can be read again. For the stream thread only.
 *
 * <p>All queues of the partition are scanned, also those that get no more events. An idle partition learns of a new log start with
 * its next record, or when it is assigned or the sink starts: its results wait until then.
 */
public final class ResultsPurge {

    /** The number of entries that one step looks at. */
    public static final int STEP = 100;

    /** A queue, and the key from which on its results have not been looked at. */
    private record Scan(String queue, @Nullable Bytes from) {}

    private final ResultsStore results;
    private final LongPredicate needed;
    private final Deque<Scan> scans = new ArrayDeque<>();
    private long goal;

    /** @param needed whether the results of the event at an offset are kept although the log does not hold it any more */
    public ResultsPurge(ResultsStore results, LongPredicate needed) {
        this.results = results;
        this.needed = needed;
    }

    /** Sets the goal: results of events before an offset. */
    public void purgeUpTo(long logStart, Collection<String> queues) {
        if (logStart > goal) {
            goal = logStart;
            scans.clear();
            queues.forEach(queue -> scans.add(new Scan(queue, null)));
        }
    }

    /** The topic was recreated: its log begins again. */
    public void startOver() {
        goal = 0;
        scans.clear();
    }

    /** The offset before which all is to be deleted. */
    public long goal() {
        return goal;
    }

    /** Whether there is something left to look at. */
    public boolean pending() {
        return !scans.isEmpty();
    }

    /**
     * Deletes a few.
     *
     * @param keepFrom the lowest offset in flight, whose results are still needed
     */
    public void step(long keepFrom) {
        long before = Math.min(goal, keepFrom);
        int left = STEP;
        for (int looks = scans.size(); looks > 0 && left > 0; looks--) {
            Scan scan = scans.remove();
            ResultsStore.Purged purged = results.purge(scan.queue(), scan.from(), before, needed, left);
            if (purged.more() || before < goal) {
                scans.add(new Scan(scan.queue(), purged.next()));
            }
            left -= purged.inspected() + 1;
        }
    }

    /**
     * Deletes all results of a queue whose events cannot be read again.
     *
     * @param inFlight whether the event at an offset is still in flight, so that its results stay
     */
    public void purgeAll(String queue, LongPredicate inFlight) {
        Bytes from = null;
        ResultsStore.Purged purged;
        do {
            purged = results.purge(
                    queue, from, Long.MAX_VALUE, offset -> needed.test(offset) || inFlight.test(offset), STEP);
            from = purged.next();
        } while (purged.more());
    }
}
