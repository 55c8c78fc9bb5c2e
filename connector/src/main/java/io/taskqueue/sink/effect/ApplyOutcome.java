package io.taskqueue.sink.effect;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.Causes;
import io.taskqueue.sink.EffectMisuseException;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.RecordedFailureException;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.tracing.SpanAttributes;
import io.taskqueue.tracing.TraceSpan;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * The outcome of one attempt to apply one event: the rules that every runner follows.
 *
 * <table>
 *   <caption>What happened, and the outcome, by the first row that matches</caption>
 *   <tr><th>what happened</th><th>outcome</th></tr>
 *   <tr><td>an {@link EffectMisuseException}, even if the sink caught it; or an effect was still running when the sink
 *       returned</td><td>{@link Stopped}: a retry cannot fix it</td></tr>
 *   <tr><td>an effect was ambiguous and is declared {@link OnAmbiguity#park()}, or failed permanently and the sink parks such
 *       effects; even if the sink caught the exception</td><td>{@link Parked}</td></tr>
 *   <tr><td>the sink returned</td><td>{@link Applied}</td></tr>
 *   <tr><td>the sink threw an {@link InterruptedException}, itself or as a cause, or the thread is interrupted</td>
 *       <td>{@link Interrupted}</td></tr>
 *   <tr><td>an effect was not recorded in a replay, and the sink threw</td><td>{@link Applied}; its counts state what is
 *       missing</td></tr>
 *   <tr><td>the sink threw a {@link RecordedFailureException}, itself or as a cause</td><td>{@link Applied}: a retry would end
 *       in the same way</td></tr>
 *   <tr><td>the sink threw anything else</td><td>{@link Transient}: to be retried after a wait</td></tr>
 * </table>
 *
 * <p>If the sink throws while effects still run on its own threads, as when the first of several failed, no further effect
 * starts, and the outcome is determined after the running ones have ended and their results are recorded, so that the next
 * attempt does not run beside them. Only an interruption ends that wait early.
 *
 * <p>Public for the other packages of this project; not part of the API.
 */
public sealed interface ApplyOutcome {

    /** The event is applied: its checkpoint may advance. */
    record Applied(RecordedEffects.Counts counts) implements ApplyOutcome {}

    /** The event failed temporarily; effects that have a recorded result keep it. */
    record Transient(Throwable cause) implements ApplyOutcome {}

    /** The event needs a decision by an operator: it is not retried before that. */
    record Parked(Throwable cause) implements ApplyOutcome {}

    /** The sink's code is wrong: the runner stops without advancing its checkpoint. */
    record Stopped(EffectMisuseException cause) implements ApplyOutcome {}

    /** The attempt was interrupted, and states nothing about the event. */
    record Interrupted() implements ApplyOutcome {}

    /** Applies an event once, on the calling thread, and closes its effects. Whatever the sink throws becomes an outcome. */
    static <T> ApplyOutcome of(ReplicationSink<T> sink, ReplicationEvent<T> event, RecordedEffects effects) {
        return apply(sink, event, effects, interrupted -> interrupted);
    }

    /**
     * Applies an event as {@link #of(ReplicationSink, ReplicationEvent, RecordedEffects)} does, on a thread that the sink itself
     * may interrupt.
     *
     * @param abandoned whether the outcome is no longer needed; the caller interrupts this thread when that becomes true. Only
     *     then is the outcome determined while effects still run
     */
    static <T> ApplyOutcome of(
            ReplicationSink<T> sink, ReplicationEvent<T> event, RecordedEffects effects, BooleanSupplier abandoned) {
        return apply(sink, event, effects, interrupted -> abandoned.getAsBoolean());
    }

    private static <T> ApplyOutcome apply(
            ReplicationSink<T> sink, ReplicationEvent<T> event, RecordedEffects effects, Predicate<Boolean> abandoned) {
        Objects.requireNonNull(sink, "sink");
        return effects.calls()
                .apply(
                        () -> attempt(sink, event, effects, abandoned),
                        (span, outcome) -> describe(span, outcome, effects.counts()));
    }

    private static void describe(TraceSpan span, ApplyOutcome outcome, RecordedEffects.Counts counts) {
        span.attribute(SpanAttributes.EFFECTS_RUN, String.valueOf(counts.run()));
        span.attribute(SpanAttributes.EFFECTS_REUSED, String.valueOf(counts.reused()));
        if (outcome instanceof Applied) {
            span.attribute(SpanAttributes.OUTCOME, "applied");
        } else if (outcome instanceof Transient failed) {
            describe(span, "failed", failed.cause());
        } else if (outcome instanceof Parked parked) {
            describe(span, "parked", parked.cause());
        } else if (outcome instanceof Stopped stopped) {
            describe(span, "stopped", stopped.cause());
        } else {
            span.attribute(SpanAttributes.OUTCOME, "interrupted");
        }
    }

    private static void describe(TraceSpan span, String outcome, Throwable cause) {
        span.attribute(SpanAttributes.OUTCOME, outcome);
        UserCalls.fail(span, cause);
    }

    private static <T> ApplyOutcome attempt(
            ReplicationSink<T> sink, ReplicationEvent<T> event, RecordedEffects effects, Predicate<Boolean> abandoned) {
        try (effects) {
            try {
                sink.apply(event, effects);
            } catch (Throwable thrown) { // an error of user code becomes an outcome as well
                boolean interruption =
                        Causes.first(thrown, InterruptedException.class).isPresent();
                effects.scope().sealAndWait(interrupted -> abandoned.test(interruption || interrupted));
                return afterThrow(thrown, effects);
            }
            return afterReturn(event, effects);
        }
    }

    private static ApplyOutcome afterReturn(ReplicationEvent<?> event, RecordedEffects effects) {
        Set<String> running = effects.scope().seal();
        return effects.misuse()
                .or(() -> stillRunning(event, running))
                .<ApplyOutcome>map(Stopped::new)
                .or(() -> effects.parking().map(Parked::new))
                .orElseGet(() -> new Applied(effects.counts()));
    }

    private static ApplyOutcome afterThrow(Throwable thrown, RecordedEffects effects) {
        Optional<EffectMisuseException> misuse =
                effects.misuse().or(() -> Causes.first(thrown, EffectMisuseException.class));
        if (misuse.isPresent()) {
            return new Stopped(misuse.get());
        }
        Optional<Throwable> parking = effects.parking();
        if (parking.isPresent()) {
            return new Parked(parking.get());
        }
        if (Thread.currentThread().isInterrupted()
                || Causes.first(thrown, InterruptedException.class).isPresent()) {
            return new Interrupted();
        }
        if (effects.counts().missing() > 0
                || Causes.first(thrown, RecordedFailureException.class).isPresent()) {
            return new Applied(effects.counts());
        }
        return new Transient(thrown);
    }

    private static Optional<EffectMisuseException> stillRunning(ReplicationEvent<?> event, Set<String> running) {
        if (running.isEmpty()) {
            return Optional.empty(); // as nearly always
        }
        return running.stream()
                .sorted()
                .findFirst()
                .map(name -> new EffectMisuseException("The sink returned from " + event + " while its effect '" + name
                        + "' was still running, so its result cannot be recorded. Wait in apply() for the threads "
                        + "that it "
                        + "starts."));
    }
}
