package io.taskqueue.sink;

import io.taskqueue.event.TaskError;

/**
 * Thrown to a sink whose effect failed permanently, now or in an earlier run. A sink may catch it and continue; otherwise the
 * event counts as applied, because another attempt would end in the same way.
 */
public final class RecordedFailureException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient EffectKey key;
    private final transient TaskError error;

    public RecordedFailureException(EffectKey key, TaskError error) {
        super("Effect " + key + " failed permanently: " + SinkFailedException.sentence(error.message())
                + " The failure is recorded and is thrown again each time the event is seen.");
        this.key = key;
        this.error = error;
    }

    /** The effect. */
    public EffectKey key() {
        return key;
    }

    /** The recorded failure. */
    public TaskError error() {
        return error;
    }
}
