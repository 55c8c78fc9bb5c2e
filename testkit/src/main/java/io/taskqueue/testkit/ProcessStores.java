package io.taskqueue.testkit;

import io.taskqueue.event.Position;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.CheckpointStore;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.sink.store.EffectStore;
import io.taskqueue.sink.store.MemoryEffectStore;
import io.taskqueue.sink.store.SinkCheckpoint;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The stores of a sink under test, with the commits of the service: what is recorded is lost in a crash until the next commit, which comes
 * when an action waits for its intent, when an event is applied, and when the sink stops at it.
 *
 * <pre>
 *   record, withdraw --&gt; uncommitted --commit()--&gt; committed
 *                             |
 *                             +----- restart() after a crash --&gt; lost
 * </pre>
 *
 * <p>Thread-safe, because a sink may run its effects on threads of its own.
 */
final class ProcessStores implements EffectStore {

    private final MemoryEffectStore committed = new MemoryEffectStore();
    private final Map<EffectKey, EffectResult> results = new LinkedHashMap<>();
    private final Set<EffectKey> withdrawn = new HashSet<>();
    private final Set<EffectKey> intended = new HashSet<>();
    private @Nullable SimulatedCrash crash;

    /** The process dies: from now on, every call throws. */
    synchronized SimulatedCrash crash(Crash where) {
        SimulatedCrash died = new SimulatedCrash(where);
        crash = died;
        return died;
    }

    synchronized boolean hasCrashed() {
        return crash != null;
    }

    /** Another process starts with what was committed. */
    synchronized void restart() {
        crash = null;
        results.clear();
        withdrawn.clear();
    }

    synchronized void commit() {
        requireAlive();
        results.forEach((key, result) -> {
            var unused = committed.record(key, result);
        });
        withdrawn.forEach(committed::withdraw);
        results.clear();
        withdrawn.clear();
    }

    /** Removes the intents of an event, as an operator does who has found out that nothing was done. */
    synchronized void removeIntents(String queue, Position position) {
        intended.removeIf(key -> {
            boolean ofEvent = key.queueName().equals(queue) && key.position().equals(position);
            if (ofEvent) {
                committed.withdraw(key);
            }
            return ofEvent;
        });
    }

    synchronized void requireAlive() {
        if (crash != null) {
            throw crash;
        }
    }

    @Override
    public synchronized Optional<EffectResult> find(EffectKey key) {
        requireAlive();
        return Optional.ofNullable(results.get(key)).or(() -> committed.find(key));
    }

    @Override
    public synchronized EffectResult record(EffectKey key, EffectResult result) {
        Optional<EffectResult> before = find(key);
        if (before.isPresent()) {
            return before.get();
        }
        results.put(key, result);
        return result;
    }

    @Override
    public synchronized boolean intend(EffectKey key) {
        commit();
        intended.add(key);
        return committed.intend(key);
    }

    @Override
    public synchronized void withdraw(EffectKey key) {
        requireAlive();
        withdrawn.add(key);
    }

    /**
     * Checkpoints that advance with the commit of what was recorded.
     *
     * @param beforeCommit called when the sink has returned
     */
    CheckpointStore committing(CheckpointStore checkpoints, Runnable beforeCommit) {
        return new CheckpointStore() {
            @Override
            public SinkCheckpoint load(String sink, String queue) {
                return checkpoints.load(sink, queue);
            }

            @Override
            public boolean compareAndSet(String sink, String queue, SinkCheckpoint expected, SinkCheckpoint next) {
                requireAlive();
                beforeCommit.run();
                commit();
                return checkpoints.compareAndSet(sink, queue, expected, next);
            }
        };
    }
}
