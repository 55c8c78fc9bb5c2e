package io.taskqueue.torture.history;

import io.taskqueue.queue.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * When something happened, by both times of the process that saw it.
 *
 * <p>Moments of different processes are compared by their ticks: the monotonic time of a machine is the same for all its processes, and does not
 * follow a clock that is set. The processes of a run are on one machine.
 *
 * @param wall the process's clock, which a fault may have set
 * @param ticks its monotonic time, in nanoseconds
 */
public record Moment(Instant wall, long ticks) implements Comparable<Moment> {

    public Moment {
        Objects.requireNonNull(wall, "wall");
    }

    /** This moment. */
    public static Moment now(Clock clock, Ticker ticker) {
        return new Moment(clock.instant(), ticker.nanos());
    }

    /** The time from an earlier moment to this one; negative if that was later. */
    public Duration since(Moment earlier) {
        return Duration.ofNanos(ticks - earlier.ticks);
    }

    /** The moment that much later, in both times; earlier if the duration is negative. */
    public Moment plus(Duration duration) {
        return new Moment(wall.plus(duration), ticks + duration.toNanos());
    }

    public boolean isBefore(Moment other) {
        return compareTo(other) < 0;
    }

    public boolean isAfter(Moment other) {
        return compareTo(other) > 0;
    }

    @Override
    public int compareTo(Moment other) {
        return Long.signum(ticks - other.ticks);
    }

    /** The wall time and the ticks, as {@link #parse} reads them. */
    @Override
    public String toString() {
        return wall + "+" + ticks;
    }

    /** @throws IllegalArgumentException if {@link #toString} did not write the text */
    static Moment parse(String text) {
        int plus = text.lastIndexOf('+');
        if (plus < 0) {
            throw new IllegalArgumentException(
                    "A moment is written as an instant, + and ticks, but this one is " + text + ".");
        }
        return new Moment(Instant.parse(text.substring(0, plus)), Long.parseLong(text.substring(plus + 1)));
    }
}
