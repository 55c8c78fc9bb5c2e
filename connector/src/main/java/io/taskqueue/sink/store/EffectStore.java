package io.taskqueue.sink.store;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.OnAmbiguity;
import java.util.Optional;

/**
 * Where the results of effects are recorded, and the intents of effects that need one ({@link OnAmbiguity#needsIntent()}).
 *
 * <pre>
 *   nothing --intend--> intent --record--> result (never changes)
 *      ^                   |                  ^
 *      +----- withdraw ----+                  |
 *      +------------- record -----------------+
 *      |                   |
 *      +-------- record of a result that is too large --&gt; done without a result; an intent like the first, but find throws
 * </pre>
 *
 * <p>Thread-safe. Methods may throw a {@link SinkStoreException}, which is a transient failure of the event.
 */
public interface EffectStore {

    /**
     * The result recorded under the key; an intent is not a result.
     *
     * @throws ResultTooLargeException if the effect was done and its result was too large, and would still be
     */
    Optional<EffectResult> find(EffectKey key);

    /**
     * Records a result, unless one is recorded already.
     *
     * @return the result that is now recorded under the key: the given one, or the earlier one
     * @throws ResultTooLargeException if the result is larger than the store takes; the store has recorded that the effect was done
     */
    EffectResult record(EffectKey key, EffectResult result);

    /**
     * Records that an action is about to run; durable when the call returns. The intent is replaced by the result that is
     * recorded later.
     *
     * @return whether the intent is new; false if there is an intent already, so that the action may have been done
     * @throws InterruptedException if the intent could not be recorded, so that the action must not run
     */
    boolean intend(EffectKey key) throws InterruptedException;

    /**
     * Records an intent as {@link #intend(EffectKey)} does.
     *
     * @param onAmbiguity the policy declared for the effect; a store may keep it for an operator who decides about it later
     * @throws InterruptedException if the intent could not be recorded, so that the action must not run
     */
    default boolean intend(EffectKey key, OnAmbiguity<?> onAmbiguity) throws InterruptedException {
        return intend(key);
    }

    /** Removes an intent, because the action is known not to have been done. May become durable after the call returns. */
    void withdraw(EffectKey key);
}
