package io.taskqueue.queue;

/** The running totals of a queue. Guarded by its lock. */
final class Tally {

    long enqueued;
    long restored;
    long completed;
    long deadLettered;
    long drained;
    long leasesExpired;

    QueueCounts.Totals totals() {
        return new QueueCounts.Totals(enqueued, restored, completed, deadLettered, drained, leasesExpired);
    }
}
