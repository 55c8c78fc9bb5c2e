package io.taskqueue.sink;

/** Nobody knows whether an effect was done, and it is declared {@link OnAmbiguity#park()}: its event is parked. */
public final class AmbiguousEffectException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient EffectKey key;

    public AmbiguousEffectException(EffectKey key) {
        super("Effect " + key
                + " was begun and has no recorded result, so it may have been done. Ask the target: redrive "
                + "the event if it was not done, which runs it, or discard the event if it was.");
        this.key = key;
    }

    /** The effect. */
    public EffectKey effectKey() {
        return key;
    }
}
