package io.taskqueue.streams;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectResult;
import io.taskqueue.sink.EffectStore;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The recorded results of one event, as a worker sees them: what the store held when the event was dispatched, and what has
 * been recorded since. A new result is handed over to the stream thread at once, so that the next commit has it. Thread-safe.
 */
final class EventResults implements EffectStore {

    private final Map<EffectKey, EffectResult> results;
    private final long offset;
    private final Handover<Handed> handover;

    EventResults(Map<EffectKey, EffectResult> stored, long offset, Handover<Handed> handover) {
        this.results = new HashMap<>(stored);
        this.offset = offset;
        this.handover = handover;
    }

    @Override
    public synchronized Optional<EffectResult> find(EffectKey key) {
        return Optional.ofNullable(results.get(key));
    }

    @Override
    public synchronized EffectResult record(EffectKey key, EffectResult result) {
        EffectResult before = results.putIfAbsent(key, result);
        if (before != null) {
            return before;
        }
        handover.add(new Handed.Recorded(offset, key, result));
        return result;
    }
}
