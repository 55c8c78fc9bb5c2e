package io.taskqueue.streams.replay;

import io.taskqueue.sink.EffectMode;

/**
 * How an event is delivered to the sink this time.
 *
 * @param mode whether an effect without a record runs
 * @param replayed whether the event is read again in a replay, so that no position advances
 * @param generation which generation of effect keys is looked up and recorded
 * @param round how often the event was parked before
 */
public record DeliveryContext(EffectMode mode, boolean replayed, int generation, int round) {

    /** An event that is read for the first time. */
    public static final DeliveryContext FIRST = new DeliveryContext(EffectMode.RUN, false, 0, 0);

    /** An event that is replayed, and runs nothing. */
    public static DeliveryContext recordedOnly(int generation) {
        return new DeliveryContext(EffectMode.RECORDED_ONLY, true, generation, 0);
    }

    /** An event that is replayed, and runs what has no record under a generation. */
    public static DeliveryContext rerun(int generation) {
        return new DeliveryContext(EffectMode.RUN, true, generation, 0);
    }

    /** The same again, after the event was parked. */
    public DeliveryContext afterParking() {
        return new DeliveryContext(mode, replayed, generation, round + 1);
    }

    /** Whether effects may run. */
    public boolean runsEffects() {
        return mode == EffectMode.RUN;
    }

    /** Whether the event was parked before and redriven by an operator. */
    public boolean redriven() {
        return round > 0;
    }

    /** Whether positions wait for the event; not for one that was parked, because they have passed it. */
    public boolean advancesPositions() {
        return !replayed && round == 0;
    }
}
