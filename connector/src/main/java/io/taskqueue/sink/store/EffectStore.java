package io.taskqueue.sink.store;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.OnAmbiguity;
import java.util.Optional;

/**
 * Where the results of effects are recorded.
 *
 * <p>Thread-safe. A recorded result never changes: the first one recorded under a key stays.
 */
public interface EffectStore {

    /** The result recorded under the key; an intent is none. */
    Optional<EffectResult> find(EffectKey key);

    /**
     * Records a result, unless there is one already.
     *
     * @return the result that now stands under the key: the given one, or the one recorded before
     */
    EffectResult record(EffectKey key, EffectResult result);

    /**
     * Records that an action is about to run, durably before it returns. The result that is recorded later takes its place.
     *
     * @return whether that is new; false where an intent stands already, so that the action may have been done
     * @throws InterruptedException if the intent could not be recorded now, and the action must not run
     */
    boolean intend(EffectKey key) throws InterruptedException;

    /**
     * Does the same, told what is declared for the effect: a store may keep that for a person who asks about it later.
     *
     * @throws InterruptedException if the intent could not be recorded now, and the action must not run
     */
    default boolean intend(EffectKey key, OnAmbiguity<?> onAmbiguity) throws InterruptedException {
        return intend(key);
    }

    /** Takes an intent back, because the action is known not to have been done. Durable some time later. */
    void withdraw(EffectKey key);
}
