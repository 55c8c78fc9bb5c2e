package io.taskqueue.event;

/**
 * Where an event stands in the history of its queue: the incarnation of the source that wrote it, and its number there.
 *
 * <p>Positions of one queue are totally ordered: first by epoch, then by sequence. Sequence 0 opens an epoch
 * ({@link EventKind#SOURCE_STARTED}); 1, 2, 3 … follow without a hole.
 *
 * @param epoch the incarnation of the queue's source, at least 0; a higher epoch fences a lower one
 * @param sequence the event's number within its epoch, at least 0
 */
public record Position(long epoch, long sequence) implements Comparable<Position> {

    /** @throws IllegalArgumentException if either number is negative */
    public Position {
        if (epoch < 0 || sequence < 0) {
            throw new IllegalArgumentException("A position has no negative part, but this is epoch " + epoch
                    + ", sequence " + sequence + ". Epochs and sequences are counted from 0.");
        }
    }

    /** The position of the event that follows this one in the same epoch. */
    public Position next() {
        return new Position(epoch, sequence + 1);
    }

    @Override
    public int compareTo(Position other) {
        int byEpoch = Long.compare(epoch, other.epoch);
        return byEpoch != 0 ? byEpoch : Long.compare(sequence, other.sequence);
    }

    /** The position as people read it, {@code epoch/sequence}. */
    @Override
    public String toString() {
        return epoch + "/" + sequence;
    }
}
