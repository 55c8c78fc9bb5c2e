package io.taskqueue.streams.partition;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.sink.store.EffectStore;
import io.taskqueue.sink.store.ResultTooLargeException;
import io.taskqueue.streams.results.RecordedResults;
import io.taskqueue.streams.results.ResultFormat;
import io.taskqueue.streams.state.RecordLimit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The recorded results of one event, as a worker sees them: what the store held when the event was dispatched, and what has
 * been recorded since. A new result is passed to the stream thread immediately, so that the next commit includes it. Thread-safe.
 */
final class EventResults implements EffectStore {

    private final Map<EffectKey, EffectResult> results;
    private final Set<EffectKey> begun;
    private final long offset;
    private final Consumer<Outcome> outcomes;
    private final Intents intents;
    private final RecordLimit limit;
    private final Map<EffectKey, Long> tooLarge;
    private volatile BooleanSupplier mayAct = () -> true;
    private boolean heldBack;

    EventResults(RecordedResults stored, long offset, Consumer<Outcome> outcomes, Intents intents, RecordLimit limit) {
        this.results = new HashMap<>(stored.results());
        this.begun = new HashSet<>(stored.intents());
        this.tooLarge = new HashMap<>(stored.tooLarge());
        this.limit = limit;
        this.offset = offset;
        this.outcomes = outcomes;
        this.intents = intents;
    }

    /**
     * An attempt at the event begins.
     *
     * @param mayAct whether an action may still run after the attempt has waited: meanwhile, others may have found the target unavailable
     */
    void attempting(BooleanSupplier mayAct) {
        this.mayAct = mayAct;
    }

    @Override
    public synchronized Optional<EffectResult> find(EffectKey key) {
        Long lost = tooLarge.get(key);
        if (lost != null && !limit.admits(lost)) {
            throw tooLarge(key, lost);
        }
        return Optional.ofNullable(results.get(key));
    }

    @Override
    public synchronized EffectResult record(EffectKey key, EffectResult result) {
        EffectResult before = results.get(key);
        if (before != null) {
            return before;
        }
        long bytes = ResultFormat.size(key, result);
        if (!limit.admits(bytes)) {
            tooLarge.put(key, bytes);
            begun.add(key);
            outcomes.accept(new Outcome.TooLarge(offset, key, bytes));
            throw tooLarge(key, bytes);
        }
        results.put(key, result);
        outcomes.accept(new Outcome.Recorded(offset, key, result));
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
        Intent intent = intents.create(key, offset, onAmbiguity instanceof OnAmbiguity.Park);
        if (intents.ask(intent)) {
            outcomes.accept(new Outcome.Intended(intent));
            if (committed(intent)) {
                intents.begun(intent);
                if (mayAct.getAsBoolean()) {
                    return true;
                }
                outcomes.accept(new Outcome.Withdrawn(key));
                throw heldBack(key, "its target is considered unavailable");
            }
        } else {
            boolean unused = intent.withdraw();
        }
        throw heldBack(key, "its partition is being handed over");
    }

    private synchronized InterruptedException heldBack(EffectKey key, String reason) {
        begun.remove(key);
        heldBack = true;
        return new InterruptedException("Effect " + key + " does not begin, because " + reason + ".");
    }

    /** Waits for the commit. An interruption leaves no intent behind, because the action does not begin. */
    private boolean committed(Intent intent) throws InterruptedException {
        try {
            return intent.await();
        } catch (InterruptedException e) {
            // through the queue, so that a later intent of the key stays
            intents.cancel(intent, recorded -> outcomes.accept(new Outcome.Withdrawn(recorded.key())));
            synchronized (this) {
                begun.remove(intent.key());
            }
            throw e;
        }
    }

    @Override
    public synchronized void withdraw(EffectKey key) {
        begun.remove(key);
        outcomes.accept(new Outcome.Withdrawn(key));
    }

    private ResultTooLargeException tooLarge(EffectKey key, long bytes) {
        return new ResultTooLargeException(key, bytes, OptionalLong.of(limit.largestEntry()), limit.setting());
    }

    /** Whether an effect of the attempt did not begin because its partition is being handed over; to be asked once an attempt. */
    synchronized boolean takeHeldBack() {
        boolean was = heldBack;
        heldBack = false;
        return was;
    }
}
