package io.taskqueue.sink.store;

import io.taskqueue.sink.EffectKey;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Results in memory, gone with the process: for tests and for sinks whose target forgets as well. Thread-safe. */
public final class MemoryEffectStore implements EffectStore {

    private final Map<EffectKey, EffectResult> results = new ConcurrentHashMap<>();
    private final Set<EffectKey> intents = ConcurrentHashMap.newKeySet();

    @Override
    public Optional<EffectResult> find(EffectKey key) {
        return Optional.ofNullable(results.get(key));
    }

    @Override
    public EffectResult record(EffectKey key, EffectResult result) {
        EffectResult before = results.putIfAbsent(key, Objects.requireNonNull(result, "result"));
        intents.remove(key);
        return before == null ? result : before;
    }

    @Override
    public boolean intend(EffectKey key) {
        return intents.add(key);
    }

    @Override
    public void withdraw(EffectKey key) {
        intents.remove(key);
    }

    /** How many results are recorded. */
    public int size() {
        return results.size();
    }
}
