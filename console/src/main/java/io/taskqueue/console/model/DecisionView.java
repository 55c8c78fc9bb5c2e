package io.taskqueue.console.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A decision of an operator about a parked task, as it is on the sink's control topic, and what became of it.
 *
 * @param sink the sink
 * @param queueName the queue
 * @param taskId the task
 * @param event the first parked event of the task when it was decided
 * @param made how it was made
 * @param outcome what became of it
 * @param parked the event as it was parked, without its payload; null if the console did not see it while it was parked
 */
public record DecisionView(
        String sink,
        String queueName,
        String taskId,
        DecidedEvent event,
        Made made,
        Outcome outcome,
        @Nullable ParkedView parked) {

    /**
     * The parked event that an operator saw.
     *
     * @param partition its partition of the event topic
     * @param offset its offset there
     * @param round how often it had been parked
     */
    public record DecidedEvent(int partition, long offset, int round) {}

    /**
     * How a decision was made.
     *
     * @param action redrive or discard
     * @param by who decided; empty if unknown
     * @param reason why; empty if none was given
     * @param following whether a discard includes the events that wait for the first one
     * @param at when the command was written
     * @param decision what the commands of one decision about several tasks share; empty if it has no such id
     */
    public record Made(String action, String by, String reason, boolean following, Instant at, String decision) {}

    /**
     * What became of a decision.
     *
     * @param state what, in one word
     * @param text the same as a sentence, with what to do if something is to be done
     */
    public record Outcome(State state, String text) {

        /** What became of a decision. */
        public enum State {
            /** The sink has not read it. */
            WAITING,
            /** The sink applies the event again. */
            REDRIVING,
            /** The event was applied. */
            APPLIED,
            /** The event failed again, and is parked. */
            PARKED_AGAIN,
            /** The event is not applied, not in a replay either. */
            DISCARDED,
            /** The task had changed before the sink read it. */
            NO_EFFECT,
            /** The state of the sink may not be read. */
            UNKNOWN;

            /** Whether it can change. */
            public boolean open() {
                return this == WAITING || this == REDRIVING || this == UNKNOWN;
            }
        }
    }
}
