package io.taskqueue.benchmarks.measure;

import java.util.List;
import java.util.Locale;

/**
 * Candidates take turns, round by round, so that other load on the machine affects all of them equally. The results of the
 * first rounds, which warm up the JVM, are discarded.
 *
 * @param measured the number of rounds whose results count
 * @param warmups the number of rounds before them
 */
public record InterleavedRounds(int measured, int warmups) {

    /** Runs after each candidate's turn. */
    @FunctionalInterface
    public interface Cleanup {
        void run() throws Exception;
    }

    public InterleavedRounds withWarmups(int rounds) {
        return new InterleavedRounds(measured, rounds);
    }

    public void run(String what, List<Candidate> candidates, Cleanup cleanup) throws Exception {
        for (int round = -warmups; round < measured; round++) {
            StringBuilder line = new StringBuilder();
            for (Candidate candidate : candidates) {
                try (ResourceUsage usage = new ResourceUsage()) {
                    Stopwatch.Rate rate = candidate.measurement().run(usage);
                    ResourceUsage.Peaks peaks = usage.peaks();
                    if (round >= 0) {
                        candidate.results().add(rate, peaks);
                    }
                    line.append(String.format(
                            Locale.ROOT,
                            ", %s %,.0f (CPU µs %.1f, busiest thread %.1f)",
                            candidate.results().name(),
                            rate.perSecond(),
                            rate.cpuMicros(),
                            peaks.busiestNanos() / 1e3 / rate.count()));
                }
                cleanup.run();
            }
            System.err.println(what + ", " + label(round) + line);
        }
    }

    /** What a round is called in progress messages. */
    public String label(int round) {
        return round < 0 ? "warm-up" : "round " + (round + 1) + " of " + measured;
    }
}
