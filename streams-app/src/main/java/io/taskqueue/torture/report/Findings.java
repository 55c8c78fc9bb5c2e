package io.taskqueue.torture.report;

import io.taskqueue.torture.history.AmbiguityPolicy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What the checks find. Of the violations of one invariant, the first {@value #KEPT} are kept, and all are counted. For one thread. */
public final class Findings {

    public static final int KEPT = 20;

    private final Map<Invariant, Long> checked = new EnumMap<>(Invariant.class);
    private final Map<Invariant, Long> violated = new EnumMap<>(Invariant.class);
    private final Map<Invariant, List<Violation>> violations = new EnumMap<>(Invariant.class);
    private final Map<Counted, Long> counts = new EnumMap<>(Counted.class);
    private final Map<AmbiguityPolicy, Long> extraByPolicy = new EnumMap<>(AmbiguityPolicy.class);

    /** So many things were looked at that could have violated the invariant. */
    public void checked(Invariant invariant, long things) {
        checked.merge(invariant, things, Long::sum);
    }

    /** An invariant does not hold at one place. */
    public void violation(Violation violation) {
        violated.merge(violation.invariant(), 1L, Long::sum);
        List<Violation> kept = violations.computeIfAbsent(violation.invariant(), invariant -> new ArrayList<>());
        if (kept.size() < KEPT) {
            kept.add(violation);
        }
    }

    /** There are so many more of something. */
    public void count(Counted what, long more) {
        counts.merge(what, more, Long::sum);
    }

    /** A policy allowed an effect to be applied once more. */
    public void extra(AmbiguityPolicy policy) {
        count(Counted.EXTRA, 1);
        extraByPolicy.merge(policy, 1L, Long::sum);
    }

    /** What was counted. */
    public Map<Counted, Long> counts() {
        return Collections.unmodifiableMap(counts);
    }

    /** How often each policy allowed an effect to be applied once more. */
    public Map<AmbiguityPolicy, Long> extraByPolicy() {
        return Collections.unmodifiableMap(extraByPolicy);
    }

    /** What was found about one invariant. */
    public InvariantResult result(Invariant invariant) {
        return new InvariantResult(
                invariant,
                checked.getOrDefault(invariant, 0L),
                violated.getOrDefault(invariant, 0L),
                violations.getOrDefault(invariant, List.of()));
    }
}
