package io.taskqueue.streams.state;

/**
 * The largest entry that a store of the sink takes, because its changelog topic and the producer take no larger record.
 *
 * @param bytes the size of the largest record, with what Kafka adds to key and value
 * @param setting what determines it, for messages
 */
public record RecordLimit(int bytes, String setting) {

    /** At least what Kafka adds to key and value of a record that is a batch of its own. */
    private static final int OVERHEAD = 128;

    /** The size of the largest entry, its key included. */
    public int largestEntry() {
        return Math.max(0, bytes - OVERHEAD);
    }

    /** Whether an entry fits. */
    public boolean admits(long entryBytes) {
        return entryBytes <= largestEntry();
    }
}
