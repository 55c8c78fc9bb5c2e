package io.taskqueue.torture.report;

import io.taskqueue.torture.history.AmbiguityPolicy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The result of a torture run.
 *
 * @param seed the seed, with which the run can be repeated
 * @param faults how many faults of each kind were injected
 * @param counts what was counted
 * @param extraByPolicy how often each policy allowed an effect to be applied once more
 * @param invariants what was found about each invariant, by number
 */
public record TortureReport(
        long seed,
        Map<String, Long> faults,
        Map<Counted, Long> counts,
        Map<AmbiguityPolicy, Long> extraByPolicy,
        List<InvariantResult> invariants) {

    public TortureReport {
        faults = Collections.unmodifiableMap(new TreeMap<>(faults));
        counts = Collections.unmodifiableMap(new TreeMap<>(counts));
        extraByPolicy = Collections.unmodifiableMap(new TreeMap<>(extraByPolicy));
        invariants = List.copyOf(invariants);
    }

    /** The report of all that was found. */
    public static TortureReport of(long seed, Map<String, Long> faults, Findings findings) {
        return new TortureReport(
                seed,
                faults,
                findings.counts(),
                findings.extraByPolicy(),
                Stream.of(Invariant.values()).map(findings::result).toList());
    }

    /** Whether no invariant was violated. */
    public boolean held() {
        return invariants.stream().allMatch(result -> result.violated() == 0);
    }

    /** The invariants that nothing in the history could have violated. */
    public List<Invariant> notChecked() {
        return invariants.stream()
                .filter(result -> result.verdict() == InvariantResult.Verdict.NOT_CHECKED)
                .map(InvariantResult::invariant)
                .toList();
    }

    public InvariantResult result(Invariant invariant) {
        return invariants.stream()
                .filter(result -> result.invariant() == invariant)
                .findFirst()
                .orElseThrow();
    }

    /** What was found about each invariant, and the violations, as lines for a terminal. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("seed " + seed);
        faults.forEach((kind, number) -> lines.add(line(number, "fault " + kind)));
        counts.forEach((what, number) -> lines.add(line(number, what.label())));
        extraByPolicy.forEach(
                (policy, number) -> lines.add(line(number, "extra applications that " + policy + " allows")));
        for (InvariantResult result : invariants) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%-11s %12d checked  %s",
                    result.verdict().label(),
                    result.checked(),
                    result.invariant()));
            result.violations().forEach(violation -> lines.add("    " + violation.message()));
            long more = result.violated() - result.violations().size();
            if (more > 0) {
                lines.add("    and " + more + " more");
            }
        }
        return lines;
    }

    private static String line(long number, String what) {
        return String.format(Locale.ROOT, "%12d %s", number, what);
    }
}
