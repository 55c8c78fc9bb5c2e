package io.taskqueue.torture.report;

/**
 * A place where an invariant does not hold.
 *
 * @param queue the queue, or empty where it is about the whole run
 * @param subject what it is about
 * @param message what was found, and what was expected
 */
public record Violation(Invariant invariant, String queue, Subject subject, String message) {

    @Override
    public String toString() {
        return "Invariant " + invariant.number() + (queue.isEmpty() ? "" : ", queue " + queue) + ": " + message;
    }
}
