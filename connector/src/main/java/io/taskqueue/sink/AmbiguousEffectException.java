package io.taskqueue.sink;

import io.taskqueue.event.TaskError;

/**
 * An effect declared {@link OnAmbiguity#park()} may or may not have been done. It is thrown to a sink whose effect was started
 * before and has no recorded result. If the action of the current attempt ended with an exception that does not prove that nothing
 * was done, the sink gets that exception, and this one, with it as the cause, is the reason for parking. The event is parked in
 * either case, even if the sink catches the exception.
 */
public final class AmbiguousEffectException extends Exception {

    private static final long serialVersionUID = 1L;
    private static final int LONGEST_FAILURE = 500;
    private static final String DECIDE =
            " Check the target: if it was not done, redrive the event, which runs the effect; if it was done, discard the event.";

    private final transient EffectKey key;

    /** The effect was started and has no recorded result. */
    public AmbiguousEffectException(EffectKey key) {
        super("Effect " + key + " was started and has no recorded result, so it may have been done." + DECIDE);
        this.key = key;
    }

    /** The effect's action ended with an exception that does not prove that nothing was done. */
    public AmbiguousEffectException(EffectKey key, Throwable failure) {
        super("Effect " + key + " may have been done: its action ended with " + text(failure) + DECIDE, failure);
        this.key = key;
    }

    /** The effect. */
    public EffectKey effectKey() {
        return key;
    }

    private static String text(Throwable failure) {
        TaskError error = TaskError.of(failure);
        String text = error.code() + ": " + error.message();
        return SinkFailedException.sentence(
                text.length() > LONGEST_FAILURE ? text.substring(0, LONGEST_FAILURE) + "…" : text);
    }
}
