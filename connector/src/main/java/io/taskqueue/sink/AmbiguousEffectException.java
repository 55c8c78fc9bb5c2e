package io.taskqueue.sink;

/**
 * Thrown to a sink whose effect was started, has no recorded result, and is declared {@link OnAmbiguity#park()}: its action may
 * or may not have been done. The event is parked, even if the sink catches the exception.
 */
public final class AmbiguousEffectException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient EffectKey key;

    public AmbiguousEffectException(EffectKey key) {
        super("Effect " + key
                + " was started and has no recorded result, so it may have been done. Check the target: if it was not "
                + "done, redrive the event, which runs the effect; if it was done, discard the event.");
        this.key = key;
    }

    /** The effect. */
    public EffectKey effectKey() {
        return key;
    }
}
