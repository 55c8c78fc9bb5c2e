package io.taskqueue.console.topology;

import io.taskqueue.queue.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * Where a partition ends with markers of transactions, which have offsets but are no records: the view has read all of it, although the end is
 * further on. The records of a source end without one, but not those that a mirror copies in transactions. For one thread.
 */
final class TrailingMarkers {

    /** A partition in which nothing was read for so long is examined. */
    private static final Duration STILL = Duration.ofSeconds(3);

    /** Examines a partition. */
    interface Records {

        /** Whether the partition has a record from an offset on and before an end. */
        boolean exist(int partition, long from, long end) throws InterruptedException, TimeoutException;
    }

    /** How far a partition was read, and its end, since a moment. */
    private record Seen(long next, long end, long sinceNanos) {}

    private final Records records;
    private final Ticker ticker;
    private final Map<Integer, Seen> seen = new HashMap<>();
    private final Map<Integer, Seen> withoutRecords = new HashMap<>();

    TrailingMarkers(Records records, Ticker ticker) {
        this.records = records;
        this.ticker = ticker;
    }

    /** The offset up to which a partition was read: its end, where only markers are left before it. */
    long readUpTo(int partition, long next, long end) throws InterruptedException {
        if (next >= end) {
            seen.remove(partition);
            return next;
        }
        Seen known = withoutRecords.get(partition);
        if (known != null && known.next() == next && known.end() == end) {
            return end;
        }
        Seen before = seen.get(partition);
        long now = ticker.nanos();
        if (before == null || before.next() != next || before.end() != end) {
            seen.put(partition, new Seen(next, end, now));
            return next;
        }
        if (now - before.sinceNanos() < STILL.toNanos()) {
            return next;
        }
        seen.put(partition, new Seen(next, end, now)); // where there are records, it is not examined again at once
        try {
            if (records.exist(partition, next, end)) {
                return next;
            }
        } catch (TimeoutException e) {
            return next;
        }
        withoutRecords.put(partition, before);
        return end;
    }
}
