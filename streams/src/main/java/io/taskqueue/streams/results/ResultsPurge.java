package io.taskqueue.streams.results;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.OptionalLong;
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

    /** The offset in flight before which all was deleted, so that there is nothing to do until it is not in flight any more. */
    private OptionalLong awaited = OptionalLong.empty();

    /** How many scans in a row found nothing more before that offset. */
    private int inRow;

    private long lastBefore;

    /** @param needed whether the results of the event at an offset are kept although the log does not hold it any more */
    public ResultsPurge(ResultsStore results, LongPredicate needed) {
        this.results = results;
        this.needed = needed;
    }

    /** Sets the goal: results of events before an offset. */
    public void purgeUpTo(long logStart, Collection<String> queues) {
        if (logStart > goal) {
            goal = logStart;
            awaited = OptionalLong.empty();
            scans.clear();
            queues.forEach(queue -> scans.add(new Scan(queue, null)));
        }
    }

    /** The topic was recreated: its log begins again. */
    public void startOver() {
        goal = 0;
        awaited = OptionalLong.empty();
        scans.clear();
    }

    /** The offset before which all is to be deleted. */
    public long goal() {
        return goal;
    }

    /**
     * Whether there is something that can be deleted, or has not been looked at.
     *
     * @param inFlight whether the event at an offset is still in flight
     */
    public boolean pending(LongPredicate inFlight) {
        return !scans.isEmpty() && (awaited.isEmpty() || !inFlight.test(awaited.getAsLong()));
    }

    /**
     * Deletes a few.
     *
     * @param keepFrom the lowest offset in flight, whose results are still needed
     */
    public void step(long keepFrom) {
        long before = Math.min(goal, keepFrom);
        if (before != lastBefore) {
            lastBefore = before;
            inRow = 0;
        }
        int left = STEP;
        for (int looks = scans.size(); looks > 0 && left > 0; looks--) {
            Scan scan = scans.remove();
            ResultsStore.Purged purged = results.purge(scan.queue(), scan.from(), before, needed, left);
            if (purged.more() || before < goal) {
                scans.add(new Scan(scan.queue(), purged.next()));
            }
            inRow = purged.more() ? 0 : inRow + 1;
            left -= purged.inspected() + 1;
        }
        awaited = before < goal && inRow >= scans.size() ? OptionalLong.of(before) : OptionalLong.empty();
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
