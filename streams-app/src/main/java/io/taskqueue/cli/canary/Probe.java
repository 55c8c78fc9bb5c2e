package io.taskqueue.cli.canary;

import io.taskqueue.metrics.CanaryMeters.Stage;
import java.util.EnumSet;
import java.util.Set;

/**
 * One synthetic task on its way. Not thread-safe.
 *
 * <pre>
 *   enqueue ----&gt; DURABLE ------------------------+
 *      |                                          +----&gt; done, in any order
 *      +--------&gt; LEASED, COMPLETED ----&gt; EFFECT -+
 * </pre>
 *
 * <p>Threads report the stages independently, so the report of an earlier stage may be the later one.
 */
final class Probe {

    private final long begunNanos;
    private final Set<Stage> missing = EnumSet.allOf(Stage.class);
    private boolean isOverdue;

    /** @param begunNanos when it was enqueued, by the ticker */
    Probe(long begunNanos) {
        this.begunNanos = begunNanos;
    }

    /** Reaches a stage; returns whether it had not reached it before. */
    boolean reach(Stage stage) {
        return missing.remove(stage);
    }

    /** Whether it has reached every stage. */
    boolean isDone() {
        return missing.isEmpty();
    }

    /** The first stage that it has not reached; it is not done. */
    Stage waitsFor() {
        return missing.iterator().next();
    }

    long ageNanos(long now) {
        return now - begunNanos;
    }

    /** Marks it as overdue; returns whether it was not before. */
    boolean markOverdue() {
        boolean first = !isOverdue;
        isOverdue = true;
        return first;
    }

    boolean isOverdue() {
        return isOverdue;
    }
}
