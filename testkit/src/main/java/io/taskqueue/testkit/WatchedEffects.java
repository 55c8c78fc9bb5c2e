package io.taskqueue.testkit;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TraceContext;
import io.taskqueue.sink.AmbiguousEffectException;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMisuseException;
import io.taskqueue.sink.EffectNotRecordedException;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.RecordedAs;
import io.taskqueue.sink.RecordedFailureException;
import io.taskqueue.sink.store.ResultTooLargeException;
import io.taskqueue.testkit.EffectCall.Status;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The effects of one attempt at an event, watched: what the sink requests, and where the process dies. Thread-safe. */
final class WatchedEffects implements Effects {

    /** An effect that is captured, whatever its action. */
    private interface Capture<R> {
        R of(EffectAction<R> action) throws Exception;
    }

    private final Effects effects;
    private final ReplicationEvent<?> event;
    private final int attempt;
    private final TestedSink<?> run;

    WatchedEffects(Effects effects, ReplicationEvent<?> event, int attempt, TestedSink<?> run) {
        this.effects = effects;
        this.event = event;
        this.attempt = attempt;
        this.run = run;
    }

    @Override
    public <R> R capture(String name, Class<R> type, EffectAction<R> action) throws Exception {
        return capture(name, type, OnAmbiguity.rerun(), action);
    }

    @Override
    public <R> R capture(String name, Class<R> type, OnAmbiguity<R> onAmbiguity, EffectAction<R> action)
            throws Exception {
        return capture(name, watched -> effects.capture(name, type, onAmbiguity, watched), action);
    }

    @Override
    public <R> R capture(String name, RecordedAs<R> result, OnAmbiguity<R> onAmbiguity, EffectAction<R> action)
            throws Exception {
        return capture(name, watched -> effects.capture(name, result, onAmbiguity, watched), action);
    }

    private <R> R capture(String name, Capture<R> capture, EffectAction<R> action) throws Exception {
        AtomicBoolean called = new AtomicBoolean();
        boolean recorded = run.isRecorded(event, name);
        R result;
        try {
            result = capture.of(key -> watch(key, called, action));
        } catch (Throwable failure) {
            add(name, statusOf(failure, recorded), called.get(), null, failure);
            throw failure;
        }
        add(name, called.get() ? Status.RUN : recorded ? Status.REUSED : Status.RESOLVED, called.get(), result, null);
        return result;
    }

    @Override
    public void run(String name, EffectRunnable action) throws Exception {
        run(name, OnAmbiguity.rerun(), action);
    }

    @Override
    @SuppressWarnings("NullAway") // Void has no other value
    public void run(String name, OnAmbiguity<Void> onAmbiguity, EffectRunnable action) throws Exception {
        Void unused = capture(name, Void.class, onAmbiguity, key -> {
            action.run(key);
            return null;
        });
    }

    @Override
    public Optional<TraceContext> traceContext() {
        return effects.traceContext();
    }

    private <R> R watch(EffectKey key, AtomicBoolean called, EffectAction<R> action) throws Exception {
        run.dieAt(
                crash -> crash instanceof Crash.Before before && before.effect().equals(key.effect()));
        called.set(true);
        R result = action.run(key);
        run.dieAt(crash -> crash instanceof Crash.After after && after.effect().equals(key.effect()));
        return result;
    }

    private Status statusOf(Throwable failure, boolean recorded) {
        if (run.hasCrashed()) {
            return Status.CRASHED;
        }
        if (failure instanceof RecordedFailureException) {
            return recorded ? Status.REUSED : Status.FAILED_PERMANENTLY;
        }
        if (failure instanceof EffectNotRecordedException) {
            return Status.MISSING;
        }
        if (failure instanceof EffectMisuseException) {
            return Status.MISUSED;
        }
        if (failure instanceof AmbiguousEffectException || failure instanceof ResultTooLargeException) {
            return Status.PARKED;
        }
        return failure instanceof Exception refused && run.isPermanent(refused)
                ? Status.FAILED_PERMANENTLY
                : Status.FAILED;
    }

    private void add(String name, Status status, boolean called, @Nullable Object result, @Nullable Throwable failure) {
        run.key(event, name)
                .ifPresent(key -> run.add(new EffectCall(event, attempt, key, status, called, result, failure)));
    }
}
