package io.taskqueue.streams;

import io.taskqueue.sink.EffectMode;

/**
 * How an event goes through the sink this time.
 *
 * @param mode whether an effect without a record runs
 * @param replayed whether the event is seen again on purpose, so that no position advances
 * @param generation which generation of effect keys is asked for and recorded
 * @param round how often the event was parked before
 */
record Pass(EffectMode mode, boolean replayed, int generation, int round) {

    /** An event that is seen for the first time. */
    static final Pass FIRST = new Pass(EffectMode.RUN, false, 0, 0);

    /** An event that is seen again, and runs nothing. */
    static Pass recorded(int generation) {
        return new Pass(EffectMode.RECORDED_ONLY, true, generation, 0);
    }

    /** An event that is seen again, and runs what has no record under a generation. */
    static Pass again(int generation) {
        return new Pass(EffectMode.RUN, true, generation, 0);
    }

    /** The same once more, after the event was parked. */
    Pass parked() {
        return new Pass(mode, replayed, generation, round + 1);
    }

    /** Whether positions wait for the event; a parked one has been passed, and no position goes back to it. */
    boolean advances() {
        return !replayed && round == 0;
    }
}
