package io.taskqueue.console.overview;

import java.time.Duration;
import java.util.Optional;

/**
 * Whether a number of tasks only grows: its lowest value of each minute is higher than that of the minute before. Lowest values are compared, because a
 * queue whose workers keep up is nearly empty again and again, however high it rises between. Its size is constant. Not thread-safe.
 */
public final class GrowthMeter {

    /** So many minutes in a row have to be higher than the one before. */
    static final int MINUTES = 3;

    /** And so many tasks must have been added. */
    static final long TASKS = 10;

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    /**
     * How a number has grown.
     *
     * @param minutes for how many minutes
     * @param from its lowest value in the minute before
     * @param to its lowest value in the last minute
     */
    public record Growth(int minutes, long from, long to) {}

    private boolean begun;
    private long minuteBegan;
    private long lowest;
    private long lowestBefore = Long.MAX_VALUE;
    private long from;
    private int grown;

    /**
     * Measures.
     *
     * @param nanos the time of a ticker, never earlier than before
     * @param tasks the number
     */
    public void measure(long nanos, long tasks) {
        if (!begun) {
            begun = true;
            begin(nanos, tasks);
            return;
        }
        long passed = (nanos - minuteBegan) / MINUTE;
        if (passed == 0) {
            lowest = Math.min(lowest, tasks);
            return;
        }
        if (passed > 1) { // nothing is known of a whole minute
            lowestBefore = Long.MAX_VALUE;
            grown = 0;
            begin(nanos, tasks);
            return;
        }
        if (lowest > lowestBefore) {
            grown++;
        } else {
            grown = 0;
            from = lowest;
        }
        lowestBefore = lowest;
        begin(minuteBegan + MINUTE, tasks);
    }

    private void begin(long nanos, long tasks) {
        minuteBegan = nanos;
        lowest = tasks;
    }

    /** How it has grown until now; empty if it has not, or not for long. */
    public Optional<Growth> growth() {
        boolean continues = grown >= MINUTES && lowest >= from + TASKS && lowest >= lowestBefore;
        return continues ? Optional.of(new Growth(grown, from, lowestBefore)) : Optional.empty();
    }
}
