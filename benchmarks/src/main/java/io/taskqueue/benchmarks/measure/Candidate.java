package io.taskqueue.benchmarks.measure;

/** One of the implementations that are compared, with its results so far. */
public record Candidate(RoundResults results, Measurement measurement) {

    /** Runs one round, with a new consumer group and new state, and verifies its outcome. */
    @FunctionalInterface
    public interface Measurement {
        Stopwatch.Rate run(ResourceUsage usage) throws Exception;
    }

    public Candidate(String name, Measurement measurement) {
        this(new RoundResults(name), measurement);
    }
}
