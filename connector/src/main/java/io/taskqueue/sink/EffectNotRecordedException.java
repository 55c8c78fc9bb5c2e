package io.taskqueue.sink;

/** An effect without a recorded result, met in a replay that runs nothing. The event counts as seen, the effect as missing. */
public final class EffectNotRecordedException extends Exception {

    private static final long serialVersionUID = 1L;

    public EffectNotRecordedException(EffectKey key) {
        super("Effect " + key + " has no recorded result, and this replay does not run it. It was left undone.");
    }
}
