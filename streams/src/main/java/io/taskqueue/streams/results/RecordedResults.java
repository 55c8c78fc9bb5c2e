package io.taskqueue.streams.results;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;
import java.util.Map;
import java.util.Set;

/**
 * What is recorded of one event's effects.
 *
 * @param results by key
 * @param intents effects that were begun and have no result
 * @param undecided those of them that are declared to wait for a decision by an operator
 */
public record RecordedResults(Map<EffectKey, EffectResult> results, Set<EffectKey> intents, Set<EffectKey> undecided) {

    /** Nothing is recorded. */
    public static final RecordedResults NONE = new RecordedResults(Map.of(), Set.of(), Set.of());

    /** The newest generation that anything is recorded of; 0 where nothing is. */
    public int generation() {
        int newest = 0;
        for (EffectKey key : results.keySet()) {
            newest = Math.max(newest, key.generation());
        }
        for (EffectKey key : intents) {
            newest = Math.max(newest, key.generation());
        }
        return newest;
    }
}
