package io.taskqueue.torture.check;

import io.taskqueue.event.Position;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A number for each position of a queue; 0 where none was set. Sequences have no holes, so it is an array for each epoch: 8 bytes an event. For
 * one thread.
 */
final class PositionTable {

    /** Higher sequences are not of a real source. */
    static final long MAX_SEQUENCE = 100_000_000;

    private final Map<Long, long[]> epochs = new HashMap<>();

    /** Whether a number can be kept for the position. */
    static boolean covers(Position position) {
        return position.sequence() <= MAX_SEQUENCE;
    }

    long get(Position position) {
        long[] numbers = epochs.get(position.epoch());
        return numbers == null || position.sequence() >= numbers.length ? 0 : numbers[(int) position.sequence()];
    }

    /** Sets a number; ignores a position that is not covered. */
    void set(Position position, long number) {
        if (!covers(position)) {
            return;
        }
        int at = (int) position.sequence();
        long[] numbers = epochs.computeIfAbsent(position.epoch(), epoch -> new long[1024]);
        if (at >= numbers.length) {
            numbers = Arrays.copyOf(numbers, Math.max(at + 1, numbers.length + numbers.length / 2));
            epochs.put(position.epoch(), numbers);
        }
        numbers[at] = number;
    }

    /** Sets a number if there is none, or a higher one. */
    void setLower(Position position, long number) {
        long before = get(position);
        if (before == 0 || number < before) {
            set(position, number);
        }
    }

    /** Adds 1, and returns the sum. */
    long increment(Position position) {
        long sum = get(position) + 1;
        set(position, sum);
        return sum;
    }
}
