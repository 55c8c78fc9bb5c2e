package io.taskqueue.sink;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskError;

/**
 * A sink could not apply an event, and its local runner stopped: the attempts are exhausted, an operator has to decide, or the
 * sink's code is wrong. The checkpoint stays before the event, and recorded effects keep their results. After the cause is
 * fixed, the next run continues with the event.
 */
public final class SinkFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Why the sink stopped. */
    public enum Reason {
        /** Every attempt failed. */
        ATTEMPTS_EXHAUSTED,
        /** An operator has to decide about an effect. */
        PARKED,
        /** The sink uses its effects in a wrong way. */
        MISUSED
    }

    private final Reason reason;

    private SinkFailedException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** Every attempt failed. The cause is the failure of the last one. */
    public static SinkFailedException attemptsExhausted(
            String sink, ReplicationEvent<?> event, int attempts, Throwable cause) {
        TaskError error = TaskError.of(cause);
        return new SinkFailedException(
                Reason.ATTEMPTS_EXHAUSTED,
                "Sink " + sink + " stopped at " + event + ": "
                        + (attempts == 1 ? "its only attempt" : "all " + attempts + " attempts")
                        + " failed, the last one with " + error.code() + ": " + sentence(error.message())
                        + " The checkpoint stays before this event, and recorded effects keep their results. Fix the "
                        + "cause and start the sink again, or allow more attempts.",
                cause);
    }

    /** An operator has to decide about an effect of the event. */
    public static SinkFailedException parked(String sink, ReplicationEvent<?> event, Throwable cause) {
        return new SinkFailedException(
                Reason.PARKED,
                "Sink " + sink + " stopped at " + event + ", which needs a decision by an operator: "
                        + sentence(TaskError.of(cause).message())
                        + " The checkpoint stays before this event. To run the effect, remove its intent from the "
                        + "effect store; to count it as done, record its result there. Then start the sink again.",
                cause);
    }

    /** The sink uses its effects in a wrong way; the event was not retried. */
    public static SinkFailedException misused(String sink, ReplicationEvent<?> event, EffectMisuseException cause) {
        return new SinkFailedException(
                Reason.MISUSED,
                "Sink " + sink + " stopped at " + event + ", which a retry cannot fix: " + cause.getMessage()
                        + " The checkpoint stays before this event, and recorded effects keep their results. Fix the "
                        + "sink's code and start it again.",
                cause);
    }

    static String sentence(String text) {
        return text.endsWith(".") ? text : text + ".";
    }
}
