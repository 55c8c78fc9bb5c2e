package io.taskqueue.streams.results;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is recorded of one event's effects.
 *
 * @param results by key
 * @param intents effects that were begun and have no result
 * @param undecided those of them that are declared to wait for a decision by an operator
 * @param tooLarge those of {@code intents} that were done, with the size of their result, which could not be recorded
 */
public record RecordedResults(
        Map<EffectKey, EffectResult> results,
        Set<EffectKey> intents,
        Set<EffectKey> undecided,
        Map<EffectKey, Long> tooLarge) {

    /** Nothing is recorded. */
    public static final RecordedResults NONE = new RecordedResults(Map.of(), Set.of(), Set.of(), Map.of());

    static RecordedResults empty() {
        return new RecordedResults(new HashMap<>(2), new HashSet<>(2), new HashSet<>(0), new HashMap<>(0));
    }

    void addAll(RecordedResults more) {
        results.putAll(more.results);
        intents.addAll(more.intents);
        undecided.addAll(more.undecided);
        tooLarge.putAll(more.tooLarge);
    }

    /** Whether an effect's newest record is a failure. */
    public boolean anyFailed() {
        return newest().values().stream().anyMatch(key -> results.get(key) instanceof EffectResult.Failed);
    }

    /** The key of each effect's newest generation, by the effect's name. */
    Map<String, EffectKey> newest() {
        Map<String, EffectKey> newest = new HashMap<>();
        Stream.concat(results.keySet().stream(), intents.stream())
                .forEach(key -> newest.merge(
                        key.effect(), key, (one, other) -> one.generation() > other.generation() ? one : other));
        return newest;
    }

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
