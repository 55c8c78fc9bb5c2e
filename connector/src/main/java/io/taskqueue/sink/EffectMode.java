package io.taskqueue.sink;

/** Whether an effect without a recorded result runs. */
public enum EffectMode {
    /** It runs, and its result is recorded. */
    RUN,
    /** It does not run: {@link EffectNotRecordedException} is thrown instead. The mode of a replay. */
    RECORDED_ONLY
}
