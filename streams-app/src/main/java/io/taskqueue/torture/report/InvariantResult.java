package io.taskqueue.torture.report;

import java.util.List;

/**
 * What was found about one invariant.
 *
 * @param checked how many things were looked at that could have violated it
 * @param violated how many of them do
 * @param violations the first of these
 */
public record InvariantResult(Invariant invariant, long checked, long violated, List<Violation> violations) {

    /** The outcome. */
    public enum Verdict {
        HELD("held"),
        VIOLATED("VIOLATED"),
        /** The history contains nothing that could have violated it. This is no proof. */
        NOT_CHECKED("not checked");

        private final String label;

        Verdict(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    public InvariantResult {
        violations = List.copyOf(violations);
    }

    public Verdict verdict() {
        if (violated > 0) {
            return Verdict.VIOLATED;
        }
        return checked == 0 ? Verdict.NOT_CHECKED : Verdict.HELD;
    }
}
