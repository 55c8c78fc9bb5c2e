package io.taskqueue.sink.effect;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TraceContext;
import io.taskqueue.logging.LogFields;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectProbe;
import io.taskqueue.sink.Effects.EffectAction;
import io.taskqueue.tracing.TraceSpan;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the user's code in one attempt to apply an event: each in its span, and with the log fields of the event and the effect,
 * also on a thread of the sink.
 *
 * <p>{@link #apply} is called once, on the thread of the attempt; the others during it, on any thread.
 */
final class UserCalls {

    /** The span of the effect whose action runs on the thread. */
    private static final ThreadLocal<@Nullable TraceContext> RUNNING = new ThreadLocal<>();

    private final AttemptSettings settings;
    private final ReplicationEvent<?> event;
    private volatile TraceSpan span = TraceSpan.NONE;
    private volatile @Nullable Thread attempting;

    UserCalls(AttemptSettings settings, ReplicationEvent<?> event) {
        this.settings = settings;
        this.event = event;
    }

    private boolean isTraced() {
        return settings.visibility().spans().isOn();
    }

    /**
     * Applies the event.
     *
     * @param describe states the outcome at the span of the attempt
     */
    <R> R apply(Supplier<R> attempt, BiConsumer<TraceSpan, R> describe) {
        attempting = Thread.currentThread();
        if (!isTraced()) {
            return attempt.get();
        }
        TraceSpan started = settings.visibility()
                .spans()
                .apply(settings.sink(), event, settings.visibility().replay());
        span = started;
        TraceSpan.Scope current = started.makeCurrent();
        try {
            R outcome = attempt.get();
            describe.accept(started, outcome);
            return outcome;
        } finally {
            current.close();
            started.end();
        }
    }

    /** States at a span what failed. */
    static void fail(TraceSpan span, Throwable cause) {
        span.fail(cause.getClass().getName(), messageOf(cause), cause);
    }

    private static @Nullable String messageOf(Throwable cause) {
        try {
            return cause.getMessage();
        } catch (RuntimeException | StackOverflowError unprintable) { // the user's exception may throw
            return null;
        }
    }

    /** Runs the action of an effect. */
    <R> R run(EffectKey key, EffectAction<R> action) throws Exception {
        LogFields.Scope fields = fields(key).open();
        try {
            return isTraced() ? runInSpan(key, action) : action.run(key);
        } finally {
            fields.close();
        }
    }

    private <R> R runInSpan(EffectKey key, EffectAction<R> action) throws Exception {
        TraceSpan effect = settings.visibility().spans().effect(span, settings.sink(), key.effect(), key.toString());
        TraceContext before = RUNNING.get(); // of an effect that requests this one
        TraceSpan.Scope current = effect.makeCurrent();
        RUNNING.set(effect.context());
        try {
            return action.run(key);
        } catch (Throwable failure) {
            fail(effect, failure);
            throw failure;
        } finally {
            RUNNING.set(before);
            current.close();
            effect.end();
        }
    }

    /** Asks the target whether the action of an effect was done. */
    <R> EffectProbe.Answer<R> ask(EffectKey key, EffectProbe<R> probe) throws Exception {
        LogFields.Scope fields = fields(key).open();
        try {
            return probe.ask(key);
        } finally {
            fields.close();
        }
    }

    /** What a request to another system carries: the span of the running effect, of the attempt or, without spans, the task's trace. */
    Optional<TraceContext> traceContext() {
        TraceContext running = isTraced() ? RUNNING.get() : null;
        TraceContext own = running == null ? span.context() : running;
        if (own != null) {
            return Optional.of(own);
        }
        TaskEvent<?> change = event.change().orElse(null);
        return change == null
                ? Optional.empty()
                : Optional.ofNullable(change.task().trace());
    }

    /** The thread of the attempt has the fields of the event already. */
    private LogFields fields(EffectKey key) {
        return Thread.currentThread() == attempting
                ? LogFields.ofEffect(key.effect())
                : settings.visibility().fields().effect(key.effect());
    }
}
