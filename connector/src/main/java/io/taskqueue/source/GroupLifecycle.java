package io.taskqueue.source;

/**
 * The lifecycle of a group of sources, and the only place that changes it. Thread-safe.
 *
 * <pre>
 *   OPEN ----- close ----&gt; CLOSING ----- closed ----&gt; CLOSED
 * </pre>
 *
 * <p>Sources start while it is open. What happens to one source changes the {@link SourceLifecycle} of that source, and never the
 * group's.
 */
final class GroupLifecycle {

    private enum Phase {
        OPEN,
        CLOSING,
        CLOSED
    }

    private Phase phase = Phase.OPEN;

    /** @throws IllegalStateException if no source can start any more */
    synchronized void requireOpen() {
        if (phase != Phase.OPEN) {
            throw new IllegalStateException("The source group is " + (phase == Phase.CLOSED ? "closed" : "being closed")
                    + ", so no source can start in it. Start the source in another group.");
        }
    }

    /** Begins to close the group; false if that was begun before. */
    synchronized boolean close() {
        if (phase != Phase.OPEN) {
            return false;
        }
        phase = Phase.CLOSING;
        return true;
    }

    /** The group is closed: all of its sources are, and its threads end. */
    synchronized void closed() {
        if (phase != Phase.CLOSING) {
            throw new IllegalStateException("A source group is closed that is " + phase + ". This is a defect.");
        }
        phase = Phase.CLOSED;
    }
}
