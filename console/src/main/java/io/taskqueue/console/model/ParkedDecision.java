package io.taskqueue.console.model;

import java.util.List;

/**
 * A decision of an operator about parked tasks.
 *
 * @param action redrive or discard
 * @param by who decided
 * @param reason why; required for a discard
 * @param following whether a discard includes the events that wait for the first one
 * @param dryRun whether it only reports what would happen
 */
public record ParkedDecision(Action action, String by, String reason, boolean following, boolean dryRun) {

    /** What is decided. */
    public enum Action {
        REDRIVE,
        DISCARD
    }

    /**
     * What a decision did, or would do.
     *
     * @param tasks the tasks that it is about
     * @param events how many parked events they have
     * @param executed whether commands were written
     * @param decision what these commands share, see {@link DecisionView.Made}; empty if none was written
     */
    public record Outcome(List<String> tasks, long events, boolean executed, String decision) {

        public Outcome {
            tasks = List.copyOf(tasks);
        }
    }
}
