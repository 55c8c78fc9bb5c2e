package io.taskqueue.sink;

/**
 * Thrown to a sink in {@link EffectMode#RECORDED_ONLY}, as in a replay, for an effect without a recorded result. The action
 * does not run; the event counts as applied, and the effect as missing.
 */
public final class EffectNotRecordedException extends Exception {

    private static final long serialVersionUID = 1L;

    public EffectNotRecordedException(EffectKey key) {
        super("Effect " + key + " has no recorded result, and this replay does not run effects. It was not run.");
    }
}
