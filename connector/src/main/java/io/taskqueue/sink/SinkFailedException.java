package io.taskqueue.sink;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskError;

/**
 * A sink could not apply an event, and its runner stopped: the tries are used up, or the sink's code is wrong. The checkpoint
 * stays before the event, and effects that were recorded keep their results; once the cause is mended, the sink goes on from
 * there.
 */
public final class SinkFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private SinkFailedException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Every try failed for now. The cause is the failure of the last one. */
    public static SinkFailedException triesUsedUp(String sink, ReplicationEvent<?> event, int tries, Throwable cause) {
        TaskError error = TaskError.of(cause);
        return new SinkFailedException(
                "Sink " + sink + " stopped at " + event + ": "
                        + (tries == 1 ? "its only try" : "all " + tries + " tries")
                        + " failed, the last one with " + error.code() + ": " + sentence(error.message())
                        + " The checkpoint stays before this event, and recorded effects keep their results. Mend the "
                        + "cause and start the sink again, or allow more retries.",
                cause);
    }

    static String sentence(String text) {
        return text.endsWith(".") ? text : text + ".";
    }

    /** A person has to decide about an effect of the event. */
    public static SinkFailedException parked(String sink, ReplicationEvent<?> event, Throwable cause) {
        return new SinkFailedException(
                "Sink " + sink + " stopped at " + event + ", which waits for a person: "
                        + sentence(String.valueOf(cause.getMessage()))
                        + " The checkpoint stays before this event. To have the effect run, remove its intent from the "
                        + "effect store; to have it count as done, record its result there. Then start the sink again.",
                cause);
    }

    /** The sink uses its effects wrongly; it was not tried again. */
    public static SinkFailedException misused(String sink, ReplicationEvent<?> event, EffectMisuseException cause) {
        return new SinkFailedException(
                "Sink " + sink + " stopped at " + event + ", which no further try can help: " + cause.getMessage()
                        + " The checkpoint stays before this event, and recorded effects keep their results. Mend the "
                        + "sink's code and start it again.",
                cause);
    }
}
