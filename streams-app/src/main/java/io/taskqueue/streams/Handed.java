package io.taskqueue.streams;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectResult;

/** What a worker found out, for the stream thread to write down. */
sealed interface Handed {

    /** An effect of the event at an offset, which was parked before or not, has its result; the event goes on. */
    record Recorded(long offset, boolean redriven, EffectKey key, EffectResult result) implements Handed {}

    /** An effect is about to run, and waits until that is committed. */
    record Intended(Intent intent) implements Handed {}

    /** An effect that was begun is known not to have been done. */
    record Withdrawn(EffectKey key) implements Handed {}

    /** The event is done with. */
    record Applied(LiveEvent<?> live, int reused, int missing) implements Handed {}

    /** The event cannot be applied, and nothing of its task runs any more. */
    record GaveUp(LiveEvent<?> live, int tries, Throwable cause, Why why) implements Handed {}

    /** Why an event was given up. */
    enum Why {
        /** Its tries are used up. */
        USED_UP,
        /** A person has to decide. */
        UNDECIDED,
        /** The sink's code is wrong. */
        MISUSED
    }
}
