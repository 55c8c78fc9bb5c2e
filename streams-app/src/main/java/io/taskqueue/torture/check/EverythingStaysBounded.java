package io.taskqueue.torture.check;

import io.taskqueue.torture.history.RunEntry.Measured;
import io.taskqueue.torture.history.RunPhase;
import io.taskqueue.torture.report.Findings;
import io.taskqueue.torture.report.Invariant;
import io.taskqueue.torture.report.Subject;
import io.taskqueue.torture.report.Violation;

/**
 * Invariant 10. Reads the measurements of the run and its phases. No measurement may exceed its bound, and the phase DRAINED must follow the phase
 * QUIET.
 */
final class EverythingStaysBounded {

    private static final Invariant INVARIANT = Invariant.BOUNDS;

    private EverythingStaysBounded() {}

    static void check(RunHistory run, Findings findings) {
        findings.checked(INVARIANT, run.measured());
        for (Measured measured : run.exceeded()) {
            findings.violation(new Violation(
                    INVARIANT,
                    "",
                    new Subject.OfRun(measured.process()),
                    measured.what() + " of " + measured.process() + " was " + measured.value() + ", but at most "
                            + measured.bound() + " is allowed at "
                            + measured.at().wall()));
        }
        if (run.began(RunPhase.QUIET).isPresent()) {
            findings.checked(INVARIANT, 1);
            if (run.began(RunPhase.DRAINED).isEmpty()) {
                findings.violation(new Violation(
                        INVARIANT,
                        "",
                        new Subject.OfRun("the run"),
                        "the faults have ended, but not everything drained in the time that the run allows"));
            }
        }
    }
}
