package io.taskqueue.streams;

import io.taskqueue.sink.EffectMode;

/**
 * How an event goes through the sink this time.
 *
 * @param mode whether an effect without a record runs
 * @param replayed whether the event is seen again on purpose, so that no position advances
 * @param generation which generation of effect keys is asked for and recorded
 */
record Pass(EffectMode mode, boolean replayed, int generation) {

    /** An event that is seen for the first time. */
    static final Pass FIRST = new Pass(EffectMode.RUN, false, 0);

    /** An event that is seen again, and runs nothing. */
    static Pass recorded(int generation) {
        return new Pass(EffectMode.RECORDED_ONLY, true, generation);
    }

    /** An event that is seen again, and runs what has no record under a generation. */
    static Pass again(int generation) {
        return new Pass(EffectMode.RUN, true, generation);
    }
}
