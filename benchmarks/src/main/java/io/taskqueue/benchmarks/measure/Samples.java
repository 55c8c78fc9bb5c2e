package io.taskqueue.benchmarks.measure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Measured values of one kind, in the order in which they were taken. */
public final class Samples {

    private final String name;
    private final List<Double> values = new ArrayList<>();

    public Samples(String name) {
        this.name = name;
    }

    public void add(double value) {
        values.add(value);
    }

    public String name() {
        return name;
    }

    public List<Double> values() {
        return Collections.unmodifiableList(values);
    }

    public double median() {
        return quantile(0.5);
    }

    /** The value below which a share of the values is. For the median of an even number: the higher of the two in the middle. */
    public double quantile(double share) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get((int) Math.min(sorted.size() - 1, Math.floor(sorted.size() * share)));
    }

    /** The median, with the minimum and the maximum, in Markdown. */
    public String spread() {
        return String.format(
                Locale.ROOT, "**%,.0f** (%,.0f–%,.0f)", median(), Collections.min(values), Collections.max(values));
    }
}
