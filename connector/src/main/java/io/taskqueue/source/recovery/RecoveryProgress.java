package io.taskqueue.source.recovery;

/**
 * How far a recovery has read the partition of its queue.
 *
 * @param from the first offset that is read
 * @param to the offset at which reading ends, itself not read
 * @param next the offset that is read next
 */
public record RecoveryProgress(long from, long to, long next) {

    /** How many offsets have been read. */
    public long done() {
        return next - from;
    }

    /** How many offsets are read in all. */
    public long total() {
        return to - from;
    }
}
