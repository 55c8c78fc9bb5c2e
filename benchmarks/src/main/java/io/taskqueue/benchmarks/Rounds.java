package io.taskqueue.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * Contenders take turns, round after round, so that whatever else the machine does falls on all of them alike; the first
 * rounds warm up and are thrown away.
 *
 * @param measured rounds whose results count
 * @param warmups rounds before them
 */
record Rounds(int measured, int warmups) {

    /** What makes place for the next turn. */
    @FunctionalInterface
    interface Cleaning {
        void clean() throws Exception;
    }

    Rounds warmedBy(int rounds) {
        return new Rounds(measured, rounds);
    }

    void run(String what, List<Contender> contenders, Cleaning cleaning) throws Exception {
        for (int round = -warmups; round < measured; round++) {
            StringBuilder line = new StringBuilder();
            for (Contender contender : contenders) {
                try (Footprint footprint = new Footprint()) {
                    Stopwatch.Rate rate = contender.measurement().run(footprint);
                    if (round >= 0) {
                        contender.contest().add(rate, footprint.taken());
                    }
                    line.append(String.format(
                            Locale.ROOT,
                            ", %s %,.0f (CPU µs %.1f, busiest thread %.1f)",
                            contender.contest().name(),
                            rate.perSecond(),
                            rate.cpuMicros(),
                            footprint.taken().busiestNanos() / 1e3 / rate.count()));
                }
                cleaning.clean();
            }
            System.err.println(what + ", " + label(round) + line);
        }
    }

    String label(int round) {
        return round < 0 ? "warm-up" : "round " + (round + 1) + " of " + measured;
    }
}
