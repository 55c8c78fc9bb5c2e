package io.taskqueue.streams;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.sink.store.EffectStore;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The recorded results of one event, as a worker sees them: what the store held when the event was dispatched, and what has
 * been recorded since. A new result is handed over to the stream thread at once, so that the next commit has it. Thread-safe.
 */
final class EventResults implements EffectStore {

    private final Map<EffectKey, EffectResult> results;
    private final Set<EffectKey> begun;
    private final long offset;
    private final boolean redriven;
    private final Handover<Handed> handover;
    private final Intents intents;
    private boolean heldBack;

    EventResults(RecordedResults stored, long offset, boolean redriven, Handover<Handed> handover, Intents intents) {
        this.results = new HashMap<>(stored.results());
        this.begun = new HashSet<>(stored.intents());
        this.offset = offset;
        this.redriven = redriven;
        this.handover = handover;
        this.intents = intents;
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
        handover.add(new Handed.Recorded(offset, redriven, key, result));
        return result;
    }

    @Override
    public boolean intend(EffectKey key) throws InterruptedException {
        return intend(key, OnAmbiguity.rerun());
    }

    @Override
    public boolean intend(EffectKey key, OnAmbiguity<?> onAmbiguity) throws InterruptedException {
        synchronized (this) {
            if (!begun.add(key)) {
                return false;
            }
        }
        Intent intent = new Intent(key, offset, onAmbiguity instanceof OnAmbiguity.Park);
        if (intents.ask(intent)) {
            handover.add(new Handed.Intended(intent));
            if (committed(intent)) {
                return true;
            }
        }
        synchronized (this) {
            begun.remove(key);
            heldBack = true;
        }
        throw new InterruptedException("The partition rests, so effect " + key + " does not begin.");
    }

    /** Waits for the commit. An interruption leaves no intent behind, because the action does not begin. */
    private boolean committed(Intent intent) throws InterruptedException {
        try {
            return intent.await();
        } catch (InterruptedException e) {
            // through the handover, so that a later intent of the key stays
            intents.cancel(intent, stored -> handover.add(new Handed.Withdrawn(stored.key)));
            synchronized (this) {
                begun.remove(intent.key);
            }
            throw e;
        }
    }

    @Override
    public synchronized void withdraw(EffectKey key) {
        begun.remove(key);
        handover.add(new Handed.Withdrawn(key));
    }

    /** Whether an effect was not begun because the partition rests; asked once a try. */
    synchronized boolean takeHeldBack() {
        boolean was = heldBack;
        heldBack = false;
        return was;
    }
}
