package io.taskqueue.console.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A queue.
 *
 * @param name the queue's name
 * @param partition its partition of the event topic
 * @param epoch the epoch of its newest event
 * @param sequence the sequence number of its newest event
 * @param lastEventAt when the newest event occurred
 * @param depth how many tasks there are, by phase
 * @param totals what has happened since the first event that the topic held
 * @param rates events a second, over the last minute
 * @param oldestPendingAt since when the oldest pending task has been pending; null if none is
 * @param overdueSince the recorded time at which the owner should have acted, but did not: the expiry of a lease, or the end of a delay; null
 *     if nothing is overdue
 * @param staleEvents how many events were written by owners that had lost the queue
 */
public record QueueView(
        String name,
        int partition,
        long epoch,
        long sequence,
        Instant lastEventAt,
        Depth depth,
        Totals totals,
        Rates rates,
        @Nullable Instant oldestPendingAt,
        @Nullable Instant overdueSince,
        long staleEvents) {

    /** Tasks by phase. */
    public record Depth(long pending, long delayed, long leased, long dead) {

        /** The tasks that have not ended. */
        public long live() {
            return pending + delayed + leased;
        }
    }

    /** What has happened. */
    public record Totals(
            long enqueued,
            long restored,
            long completed,
            long deadLettered,
            long drained,
            long leasesExpired,
            long failed) {}

    /** Per second. */
    public record Rates(double events, double enqueued, double completed) {}
}
