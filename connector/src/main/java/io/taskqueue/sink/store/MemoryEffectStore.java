package io.taskqueue.sink.store;

import io.taskqueue.sink.EffectKey;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Results in memory, lost when the process ends: for tests, and for targets whose state is lost as well. Thread-safe. */
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

    /** The number of recorded results. */
    public int size() {
        return results.size();
    }
}
