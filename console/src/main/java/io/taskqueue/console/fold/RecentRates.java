package io.taskqueue.console.fold;

import io.taskqueue.console.model.QueueView;
import io.taskqueue.event.EventKind;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Events of the last minute, in twelve buckets of five seconds, by the time at which they occurred: events that are read late, after a restart,
 * do not raise the rates. In the first minute the rates are over the time since the first event that is known. A clock that is set back moves what
 * lies in its future to the present. Not thread-safe.
 */
final class RecentRates {

    static final QueueView.Rates NONE = new QueueView.Rates(0, 0, 0);

    private static final int BUCKETS = 12;
    private static final int SECONDS = 5;
    private static final int KINDS = 3;

    /** One event does not make a rate: it is over at least so many seconds. */
    private static final int FEWEST_SECONDS = 10;

    private int @Nullable [] counts;

    /** The number of the newest bucket since 1970. */
    private long newest;

    /** When the first event occurred that is known, in seconds since 1970. */
    private long since = Long.MAX_VALUE;

    /** @param now an event that occurred later than this occurs now: the clock of its source is ahead */
    void add(Instant occurredAt, Instant now, EventKind kind) {
        long present = bucket(now);
        long bucket = Math.min(bucket(occurredAt), present);
        since = Math.min(since, Math.min(occurredAt.getEpochSecond(), now.getEpochSecond()));
        if (bucket <= present - BUCKETS) {
            return;
        }
        int[] into = counts;
        if (into == null) {
            into = new int[BUCKETS * KINDS];
            counts = into;
            newest = present;
        }
        roll(into, present);
        int at = slot(bucket);
        into[at]++;
        if (kind == EventKind.ENQUEUED) {
            into[at + 1]++;
        } else if (kind == EventKind.COMPLETED) {
            into[at + 2]++;
        }
    }

    QueueView.Rates at(Instant now) {
        int[] from = counts;
        if (from == null) {
            return NONE;
        }
        roll(from, bucket(now));
        long[] sums = new long[KINDS];
        for (int at = 0; at < from.length; at++) {
            sums[at % KINDS] += from[at];
        }
        if (sums[0] == 0) {
            counts = null;
            return NONE;
        }
        long window = (long) (BUCKETS - 1) * SECONDS + Math.floorMod(now.getEpochSecond(), SECONDS) + 1;
        double seconds = Math.min(window, Math.max(FEWEST_SECONDS, now.getEpochSecond() - since + 1));
        return new QueueView.Rates(sums[0] / seconds, sums[1] / seconds, sums[2] / seconds);
    }

    /** Whether an event occurred in the last minute. */
    boolean active() {
        return counts != null;
    }

    private void roll(int[] buckets, long present) {
        if (present < newest) {
            moveToPresent(buckets, present);
        }
        for (long bucket = Math.max(newest + 1, present - BUCKETS + 1); bucket <= present; bucket++) {
            int at = slot(bucket);
            for (int kind = 0; kind < KINDS; kind++) {
                buckets[at + kind] = 0;
            }
        }
        newest = present;
    }

    private void moveToPresent(int[] buckets, long present) {
        int[] sums = new int[KINDS];
        for (long bucket = Math.max(present, newest - BUCKETS + 1); bucket <= newest; bucket++) {
            int at = slot(bucket);
            for (int kind = 0; kind < KINDS; kind++) {
                sums[kind] += buckets[at + kind];
                buckets[at + kind] = 0;
            }
        }
        System.arraycopy(sums, 0, buckets, slot(present), KINDS);
        newest = present;
    }

    private static long bucket(Instant at) {
        return Math.floorDiv(at.getEpochSecond(), SECONDS);
    }

    private static int slot(long bucket) {
        return (int) Math.floorMod(bucket, (long) BUCKETS) * KINDS;
    }
}
