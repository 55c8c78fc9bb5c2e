package io.taskqueue.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The ratio of two candidates, pair by pair: in each round both were measured directly after one another, so that other load on the
 * machine and the warmth of the JVM change both rates of a pair, and the ratio less.
 *
 * @param values the ratio of each pair
 */
public record PairedRatio(List<Double> values) {

    public PairedRatio {
        values = List.copyOf(values);
        if (values.isEmpty()) {
            throw new IllegalArgumentException(
                    "A ratio needs at least one pair of rounds, but has 0. Measure at least one round of each candidate.");
        }
    }

    /** @throws IllegalArgumentException if there are not as many values of one as of the other */
    public static PairedRatio of(Samples ours, Samples theirs) {
        if (ours.values().size() != theirs.values().size()) {
            throw new IllegalArgumentException("A pair needs a round of each, but '" + ours.name() + "' has "
                    + ours.values().size() + " rounds and '" + theirs.name() + "' has "
                    + theirs.values().size() + ".");
        }
        List<Double> ratios = new ArrayList<>();
        for (int pair = 0; pair < ours.values().size(); pair++) {
            ratios.add(ours.values().get(pair) / theirs.values().get(pair));
        }
        return new PairedRatio(ratios);
    }

    public double lowerQuartile() {
        return quantile(0.25);
    }

    public double median() {
        return quantile(0.5);
    }

    public double upperQuartile() {
        return quantile(0.75);
    }

    /** Whether the lower quartile reaches a mark: a median that reaches it misses it in half of the rounds. */
    public boolean reaches(double mark) {
        return lowerQuartile() >= mark;
    }

    /** The median, with the lower and the upper quartile. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", median(), lowerQuartile(), upperQuartile());
    }

    /** Linear between the two nearest values. */
    private double quantile(double share) {
        List<Double> sorted = values.stream().sorted().toList();
        double place = share * (sorted.size() - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.size() - 1);
        return sorted.get(below) + (place - below) * (sorted.get(above) - sorted.get(below));
    }
}
