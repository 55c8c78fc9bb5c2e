package io.taskqueue.benchmarks.calls;

import io.taskqueue.benchmarks.measure.Samples;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The rounds of several contenders, of which the first is ours, as a table. Not thread-safe. */
public final class CallTable {

    private final String calls;
    private final Map<String, List<CallRound>> rounds = new LinkedHashMap<>();

    /** @param calls what the calls are, for example {@code calls of 10 ms} */
    public CallTable(String calls) {
        this.calls = calls;
    }

    /** Adds a round, and shows it on standard error. */
    public void add(String contender, CallRound round) {
        rounds.computeIfAbsent(contender, unused -> new ArrayList<>()).add(round);
        System.err.println(contender + ": " + round);
    }

    /** The lines of the table. */
    public List<String> markdown() {
        List<String> lines = new ArrayList<>(List.of(
                "| " + calls
                        + " | first call, ms | calls/s, first 10 s | ratio | calls/s, warm | ratio | CPU µs a call |",
                "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"));
        List<CallRound> ours = rounds.values().iterator().next();
        rounds.forEach((contender, own) -> lines.add(String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %s | %s | %.0f |",
                contender,
                samples(own, CallRound::firstCall).spread(),
                samples(own, CallRound::cold).spread(),
                ratios(ours, own, CallRound::cold),
                samples(own, CallRound::warm).spread(),
                ratios(ours, own, CallRound::warm),
                samples(own, CallRound::cpuMicros).median())));
        return lines;
    }

    private static Samples samples(List<CallRound> rounds, ToDoubleFunction<CallRound> value) {
        Samples samples = new Samples("calls");
        rounds.forEach(round -> samples.add(value.applyAsDouble(round)));
        return samples;
    }

    private static String ratios(List<CallRound> ours, List<CallRound> theirs, ToDoubleFunction<CallRound> value) {
        if (ours == theirs) {
            return "";
        }
        Samples ratios = new Samples("ratio");
        for (int round = 0; round < ours.size(); round++) {
            ratios.add(value.applyAsDouble(ours.get(round)) / value.applyAsDouble(theirs.get(round)));
        }
        return String.format(Locale.ROOT, "%.2f (%.2f)", ratios.median(), ratios.quantile(0.25));
    }
}
