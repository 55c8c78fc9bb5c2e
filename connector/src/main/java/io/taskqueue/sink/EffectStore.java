package io.taskqueue.sink;

import java.util.Optional;

/**
 * Where the results of effects are recorded.
 *
 * <p>Thread-safe. A recorded result never changes: the first one recorded under a key stays.
 */
public interface EffectStore {

    /** The result recorded under the key. */
    Optional<EffectResult> find(EffectKey key);

    /**
     * Records a result, unless there is one already.
     *
     * @return the result that now stands under the key: the given one, or the one recorded before
     */
    EffectResult record(EffectKey key, EffectResult result);
}
