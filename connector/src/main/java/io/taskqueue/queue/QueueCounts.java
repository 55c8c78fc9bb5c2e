package io.taskqueue.queue;

/**
 * The counts of a queue, all taken at one moment. Every task that entered is in one of them: {@code enqueued + restored =
 * pending + delayed + leased + completed + deadLettered + drained}.
 *
 * @param pending tasks that are ready to be leased
 * @param delayed tasks that wait for the requeue delay to pass
 * @param leased tasks that are leased
 * @param totals what happened since the queue was built
 * @param listenerFailures how often a listener threw
 * @param deadLetterFailures how often a dead-letter handler threw, or was not called because too many dead tasks waited for it
 */
public record QueueCounts(
        int pending, int delayed, int leased, Totals totals, long listenerFailures, long deadLetterFailures) {

    /**
     * Totals since the queue was built.
     *
     * @param leasesExpired leases that expired or were revoked
     */
    public record Totals(
            long enqueued, long restored, long completed, long deadLettered, long drained, long leasesExpired) {}
}
