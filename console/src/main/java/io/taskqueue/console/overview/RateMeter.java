package io.taskqueue.console.overview;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/**
 * The rate of a number that grows, over the last minute, and in the first minute over the time since it began. It keeps a sample each five seconds, so
 * its size is bounded. Not thread-safe.
 *
 * <p>A number that went back has begun again, as offsets do in a replay: its rate is measured from there.
 */
public final class RateMeter {

    private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long STEP_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long KNOWN_NANOS = Duration.ofSeconds(10).toNanos();

    /** What the number was at a moment. */
    private record Sample(long nanos, long total) {}

    /** The oldest sample is at least as old as the window, once the number was measured for that long. */
    private final Deque<Sample> samples = new ArrayDeque<>();

    private Sample newest = new Sample(0, 0);
    private boolean measured;

    /**
     * Measures.
     *
     * @param nanos the time of a ticker, never earlier than before
     * @param total the number
     */
    public void measure(long nanos, long total) {
        if (measured && total < newest.total()) {
            samples.clear();
        }
        newest = new Sample(nanos, total);
        measured = true;
        Sample last = samples.peekLast();
        if (last == null || nanos - last.nanos() >= STEP_NANOS) {
            samples.addLast(newest);
        }
        while (samples.size() > 1 && nanos - second().nanos() >= WINDOW_NANOS) {
            samples.removeFirst();
        }
    }

    /** The rate; 0 as long as there are not two measurements. */
    public double perSecond() {
        Sample oldest = samples.peekFirst();
        if (oldest == null || newest.nanos() == oldest.nanos()) {
            return 0;
        }
        double seconds = (newest.nanos() - oldest.nanos()) / (double) TimeUnit.SECONDS.toNanos(1);
        return (newest.total() - oldest.total()) / seconds;
    }

    /** The rate, once it was measured for ten seconds: over a shorter time it varies too much. */
    public OptionalDouble known() {
        Sample oldest = samples.peekFirst();
        return oldest == null || newest.nanos() - oldest.nanos() < KNOWN_NANOS
                ? OptionalDouble.empty()
                : OptionalDouble.of(perSecond());
    }

    private Sample second() {
        return samples.stream().skip(1).findFirst().orElseThrow();
    }
}
