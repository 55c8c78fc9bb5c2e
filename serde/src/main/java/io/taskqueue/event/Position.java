package io.taskqueue.event;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The place of an event in the history of its queue: the epoch of the source that wrote it, and its number in that epoch.
 *
 * <p>Positions of one queue are totally ordered: first by epoch, then by sequence. Sequence 0 starts an
 * epoch ({@link EventKind#SOURCE_STARTED}); 1, 2, 3 … follow without a gap.
 *
 * @param epoch which instance of the queue's source wrote the event, at least 0; a higher epoch fences a lower one
 * @param sequence the event's number within its epoch, at least 0
 */
public record Position(long epoch, long sequence) implements Comparable<Position> {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})/(\\d{1,18})");

    /** @throws IllegalArgumentException if either number is negative */
    public Position {
        if (epoch < 0 || sequence < 0) {
            throw new IllegalArgumentException(
                    "A position has an epoch and a sequence of at least 0, but this one has epoch " + epoch
                            + ", sequence " + sequence + ".");
        }
    }

    /** Parses {@code epoch/sequence}, as {@link #toString()} writes it, of up to 18 digits each; empty if the text has another format. */
    public static Optional<Position> parse(String text) {
        Matcher numbers = TEXT.matcher(text);
        return numbers.matches()
                ? Optional.of(new Position(Long.parseLong(numbers.group(1)), Long.parseLong(numbers.group(2))))
                : Optional.empty();
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

    /** The position in messages, {@code epoch/sequence}. */
    @Override
    public String toString() {
        return epoch + "/" + sequence;
    }
}
