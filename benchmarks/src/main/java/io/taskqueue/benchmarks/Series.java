package io.taskqueue.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Results of one kind, in the order in which they came. */
final class Series {

    private final String name;
    private final List<Double> values = new ArrayList<>();

    Series(String name) {
        this.name = name;
    }

    void add(double value) {
        values.add(value);
    }

    String name() {
        return name;
    }

    List<Double> values() {
        return Collections.unmodifiableList(values);
    }

    double median() {
        return quantile(0.5);
    }

    double least() {
        return Collections.min(values);
    }

    double most() {
        return Collections.max(values);
    }

    /** Of an even number of values, the higher of the two in the middle. */
    double quantile(double share) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get((int) Math.min(sorted.size() - 1, Math.floor(sorted.size() * share)));
    }
}
