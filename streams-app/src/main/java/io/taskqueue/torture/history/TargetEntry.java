package io.taskqueue.torture.history;

import io.taskqueue.sink.EffectKey;

/** The ledger of a target: the effects of one queue that reached it. */
public sealed interface TargetEntry extends HistoryEntry {

    Moment at();

    /**
     * The target has acted: written before it answers, and whether or not it has seen the key before.
     *
     * @param call unique in this file
     * @param policy what the effect declares
     * @param result what it answers
     */
    record EffectApplied(Moment at, long call, EffectKey key, AmbiguityPolicy policy, String result)
            implements TargetEntry {}

    /**
     * The target has answered a call.
     *
     * @param delivered whether the caller took the answer, as far as the target knows; false if it has lost it on purpose
     */
    record Answered(Moment at, long call, boolean delivered) implements TargetEntry {}

    /** The target was asked whether it has acted, and has answered so. */
    record Probed(Moment at, EffectKey key, boolean done) implements TargetEntry {}
}
