package io.taskqueue.benchmarks;

/** One that is measured, and what it has shown. */
record Contender(Contest contest, Measurement measurement) {

    /** A round: fresh group and state, verified. */
    @FunctionalInterface
    interface Measurement {
        Stopwatch.Rate run(Footprint footprint) throws Exception;
    }

    Contender(String name, Measurement measurement) {
        this(new Contest(name), measurement);
    }
}
