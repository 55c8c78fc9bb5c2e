package io.taskqueue.sink;

import io.taskqueue.event.TaskError;

/**
 * An effect that failed permanently, now or when it was recorded. A sink may catch it and go on; where it does not, the event
 * counts as applied, because running it again would end the same way.
 */
public final class RecordedFailureException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient EffectKey key;
    private final transient TaskError error;

    public RecordedFailureException(EffectKey key, TaskError error) {
        super("Effect " + key + " failed for good: " + SinkFailedException.sentence(error.message())
                + " Its failure is recorded and comes back whenever the event is seen again.");
        this.key = key;
        this.error = error;
    }

    public EffectKey key() {
        return key;
    }

    public TaskError error() {
        return error;
    }
}
