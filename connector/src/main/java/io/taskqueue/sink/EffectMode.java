package io.taskqueue.sink;

/** Whether an effect without a recorded result runs. */
public enum EffectMode {
    /** It runs, and its result is recorded. */
    RUN,
    /** It does not: {@link EffectNotRecordedException} is thrown. The mode of a replay. */
    RECORDED_ONLY
}
