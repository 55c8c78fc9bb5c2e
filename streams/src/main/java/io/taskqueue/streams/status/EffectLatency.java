package io.taskqueue.streams.status;

import java.util.List;

/**
 * How long actions of effects took since the service started, as a histogram. Actions that failed count, recorded results that were
 * returned do not.
 *
 * @param upperMillis the upper bounds of the buckets in milliseconds, ascending; the last bucket has none
 * @param counts the actions in each bucket, one count more than bounds
 */
public record EffectLatency(List<Double> upperMillis, List<Long> counts) {

    /** @throws IllegalArgumentException if there is not one count more than bounds */
    public EffectLatency {
        upperMillis = List.copyOf(upperMillis);
        counts = List.copyOf(counts);
        if (counts.size() != upperMillis.size() + 1) {
            throw new IllegalArgumentException("A histogram of " + upperMillis.size()
                    + " bounds has one count more than bounds, but this one has " + counts.size() + ".");
        }
    }
}
