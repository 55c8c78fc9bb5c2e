package io.taskqueue.torture.workload;

import io.taskqueue.event.TraceContext;
import io.taskqueue.serde.GenericType;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.RecordedAs;
import io.taskqueue.sink.RecordedFailureException;
import io.taskqueue.sink.effect.ResultCodec;
import io.taskqueue.sink.effect.ResultJson;
import io.taskqueue.torture.history.AmbiguityPolicy;
import io.taskqueue.torture.history.SinkEntry.EffectRead;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The effects of one event, observed: which of them ran, and which results the sink got. Thread-safe. */
final class ObservedEffects implements Effects {

    /** Is notified of each action that has ended. */
    @FunctionalInterface
    interface Actions {

        /** The action has returned. Called before its result can be recorded. */
        void ended(EffectKey key, AmbiguityPolicy policy, String result);
    }

    /** What is recorded of an effect without a result. */
    private static final String NO_RESULT = "null";

    private final Effects effects;
    private final Actions actions;
    private final List<EffectRead> read = new ArrayList<>();

    ObservedEffects(Effects effects, Actions actions) {
        this.effects = effects;
        this.actions = actions;
    }

    /** The effects so far, in the order in which their results were returned. */
    synchronized List<EffectRead> read() {
        return List.copyOf(read);
    }

    @Override
    public <R> R capture(String name, Class<R> type, EffectAction<R> action) throws Exception {
        return capture(name, type, OnAmbiguity.rerun(), action);
    }

    @Override
    public <R> R capture(String name, Class<R> type, OnAmbiguity<R> onAmbiguity, EffectAction<R> action)
            throws Exception {
        return capture(name, RecordedAs.type(GenericType.of(type)), onAmbiguity, action);
    }

    @Override
    public <R> R capture(String name, RecordedAs<R> as, OnAmbiguity<R> onAmbiguity, EffectAction<R> action)
            throws Exception {
        AtomicReference<@Nullable EffectKey> ran = new AtomicReference<>();
        try {
            R result = effects.capture(name, as, onAmbiguity, key -> {
                R ended = action.run(key);
                ran.set(key);
                actions.ended(key, policy(onAmbiguity), json(as, ended));
                return ended;
            });
            add(name, ran.get(), json(as, result));
            return result;
        } catch (RecordedFailureException e) {
            add(name, ran.get(), e.error().message());
            throw e;
        }
    }

    @Override
    public void run(String name, EffectRunnable action) throws Exception {
        run(name, OnAmbiguity.rerun(), action);
    }

    @Override
    public void run(String name, OnAmbiguity<Void> onAmbiguity, EffectRunnable action) throws Exception {
        AtomicReference<@Nullable EffectKey> ran = new AtomicReference<>();
        try {
            effects.run(name, onAmbiguity, key -> {
                action.run(key);
                ran.set(key);
                actions.ended(key, policy(onAmbiguity), NO_RESULT);
            });
            add(name, ran.get(), NO_RESULT);
        } catch (RecordedFailureException e) {
            add(name, ran.get(), e.error().message());
            throw e;
        }
    }

    @Override
    public Optional<TraceContext> traceContext() {
        return effects.traceContext();
    }

    /** As it is recorded. */
    private static <R> String json(RecordedAs<R> as, @Nullable R result) {
        try {
            return ResultCodec.of(as).write(result);
        } catch (ResultJson.ConversionException e) {
            return "(not JSON: " + e.getMessage() + ")"; // it cannot be recorded either
        }
    }

    private synchronized void add(String effect, @Nullable EffectKey ran, String result) {
        read.add(new EffectRead(effect, ran == null ? 0 : ran.generation(), ran != null, result));
    }

    private static AmbiguityPolicy policy(OnAmbiguity<?> onAmbiguity) {
        if (onAmbiguity instanceof OnAmbiguity.Probe) {
            return AmbiguityPolicy.PROBE;
        }
        if (onAmbiguity instanceof OnAmbiguity.Park) {
            return AmbiguityPolicy.PARK;
        }
        return onAmbiguity instanceof OnAmbiguity.AssumeDone ? AmbiguityPolicy.ASSUME_DONE : AmbiguityPolicy.RERUN;
    }
}
