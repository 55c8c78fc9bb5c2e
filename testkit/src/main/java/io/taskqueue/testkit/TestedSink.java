package io.taskqueue.testkit;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.Interests;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One application of one event to a sink under test: the sink that the runner calls in place of it, what it requested, and where the
 * process dies. Thread-safe.
 */
final class TestedSink<T> implements ReplicationSink<T> {

    private final String name;
    private final ReplicationSink<T> sink;
    private final RetryPolicy retry;
    private final ProcessStores stores;
    private final @Nullable Crash crash;
    private final List<EffectCall> calls = new ArrayList<>();
    private int attempts;

    /** @param crash where the process dies, or null */
    TestedSink(String name, ReplicationSink<T> sink, RetryPolicy retry, ProcessStores stores, @Nullable Crash crash) {
        this.name = name;
        this.sink = sink;
        this.retry = retry;
        this.stores = stores;
        this.crash = crash;
    }

    @Override
    public void apply(ReplicationEvent<T> event, Effects effects) throws Exception {
        try {
            sink.apply(event, new WatchedEffects(effects, event, nextAttempt(), this));
        } catch (Throwable thrown) {
            if (!hasCrashed()) {
                throw thrown;
            }
            // ends the run as a stop does: it is no failed attempt, and no other one follows in this process
            InterruptedException ended = new InterruptedException("The process has died.");
            ended.initCause(thrown);
            throw ended;
        }
    }

    @Override
    public Interests interests() {
        return sink.interests();
    }

    /** How often the sink was called. */
    synchronized int attempts() {
        return attempts;
    }

    synchronized List<EffectCall> calls() {
        return List.copyOf(calls);
    }

    boolean hasCrashed() {
        return stores.hasCrashed();
    }

    /** Has the process die if this is where it is to. */
    void dieAt(Predicate<Crash> here) {
        if (crash != null && here.test(crash)) {
            throw stores.crash(crash);
        }
    }

    boolean isPermanent(Exception failure) {
        return retry.isPermanent(failure);
    }

    /** The key of an effect; empty if its name cannot be one, which the sink learns from the exception that it gets. */
    Optional<EffectKey> key(ReplicationEvent<?> event, String effect) {
        try {
            return Optional.of(new EffectKey(name, 0, event.queueName(), event.position(), effect));
        } catch (IllegalArgumentException | NullPointerException invalid) {
            return Optional.empty();
        }
    }

    boolean isRecorded(ReplicationEvent<?> event, String effect) {
        return key(event, effect).flatMap(stores::find).isPresent();
    }

    synchronized void add(EffectCall call) {
        calls.add(call);
    }

    private synchronized int nextAttempt() {
        return ++attempts;
    }
}
