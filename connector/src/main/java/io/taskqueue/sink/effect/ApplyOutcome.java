package io.taskqueue.sink.effect;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.Causes;
import io.taskqueue.sink.EffectMisuseException;
import io.taskqueue.sink.RecordedFailureException;
import io.taskqueue.sink.ReplicationSink;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * How one try to apply one event ended: the rules that every runner follows.
 *
 * <table>
 *   <caption>What the sink did, and how the try counts, by the first row that fits</caption>
 *   <tr><th>what happened</th><th>outcome</th></tr>
 *   <tr><td>an {@link EffectMisuseException}, also one that the sink swallowed; an effect still running when the sink
 *       returned</td><td>{@link Stopped}: no further try can help</td></tr>
 *   <tr><td>an effect was ambiguous and is declared {@link io.taskqueue.sink.OnAmbiguity#park()}, or failed permanently where that parks; also
 *       one that the sink swallowed</td><td>{@link Parked}</td></tr>
 *   <tr><td>the sink returned</td><td>{@link Applied}</td></tr>
 *   <tr><td>an {@link InterruptedException} escaped, itself or as a cause, or the thread is interrupted</td>
 *       <td>{@link Interrupted}</td></tr>
 *   <tr><td>an effect was not recorded in a replay, and something escaped</td><td>{@link Applied}; its counts say what is
 *       missing</td></tr>
 *   <tr><td>a {@link RecordedFailureException} escaped, itself or as a cause</td><td>{@link Applied}: trying again would end
 *       the same way</td></tr>
 *   <tr><td>anything else escaped</td><td>{@link Transient}: to be tried again after a wait</td></tr>
 * </table>
 *
 * <p>Where something escapes while effects still run on threads of the sink's own, as when the first of several failed, no further
 * effect begins, and the outcome is made once those that run have ended, with their results recorded: the next try never meets
 * them. Only an interruption ends that wait early.
 */
public sealed interface ApplyOutcome {

    /** The event is done with: its checkpoint may advance. */
    record Applied(RecordedEffects.Counts counts) implements ApplyOutcome {}

    /** The event failed for now; effects that have a recorded result keep it. */
    record Transient(Throwable cause) implements ApplyOutcome {}

    /** The event is for a person to decide: no further try before that. */
    record Parked(Throwable cause) implements ApplyOutcome {}

    /** The sink's code is wrong: the runner stops without advancing its checkpoint. */
    record Stopped(EffectMisuseException cause) implements ApplyOutcome {}

    /** The try was interrupted and says nothing about the event. */
    record Interrupted() implements ApplyOutcome {}

    /** Applies an event once, on the calling thread, and closes its effects. Whatever the sink throws is an outcome. */
    static <T> ApplyOutcome of(ReplicationSink<T> sink, ReplicationEvent<T> event, RecordedEffects effects) {
        return made(sink, event, effects, interrupted -> interrupted);
    }

    /**
     * Does the same, where an interruption of the calling thread may be the sink's own affair.
     *
     * @param abandoned whether nobody waits for the outcome any more; the calling thread is interrupted once that is so. Only then
     *     is it made while effects still run
     */
    static <T> ApplyOutcome of(
            ReplicationSink<T> sink, ReplicationEvent<T> event, RecordedEffects effects, BooleanSupplier abandoned) {
        return made(sink, event, effects, interrupted -> abandoned.getAsBoolean());
    }

    private static <T> ApplyOutcome made(
            ReplicationSink<T> sink, ReplicationEvent<T> event, RecordedEffects effects, Predicate<Boolean> abandoned) {
        Objects.requireNonNull(sink, "sink");
        try (effects) {
            try {
                sink.apply(event, effects);
            } catch (Throwable escaped) { // an error of user code is an outcome too
                boolean stopped =
                        Causes.first(escaped, InterruptedException.class).isPresent();
                // or the next try would run them beside themselves
                effects.running().endAndWait(interrupted -> abandoned.test(stopped || interrupted));
                return of(escaped, effects);
            }
            return returned(event, effects);
        }
    }

    private static ApplyOutcome returned(ReplicationEvent<?> event, RecordedEffects effects) {
        Set<String> running = effects.running().end();
        return effects.misuse()
                .or(() -> stillRunning(event, running))
                .<ApplyOutcome>map(Stopped::new)
                .or(() -> effects.parking().map(Parked::new))
                .orElseGet(() -> new Applied(effects.counts()));
    }

    private static ApplyOutcome of(Throwable escaped, RecordedEffects effects) {
        Optional<EffectMisuseException> misuse =
                effects.misuse().or(() -> Causes.first(escaped, EffectMisuseException.class));
        if (misuse.isPresent()) {
            return new Stopped(misuse.get());
        }
        Optional<Throwable> parking = effects.parking();
        if (parking.isPresent()) {
            return new Parked(parking.get());
        }
        if (Thread.currentThread().isInterrupted()
                || Causes.first(escaped, InterruptedException.class).isPresent()) {
            return new Interrupted();
        }
        if (effects.counts().missing() > 0
                || Causes.first(escaped, RecordedFailureException.class).isPresent()) {
            return new Applied(effects.counts());
        }
        return new Transient(escaped);
    }

    private static Optional<EffectMisuseException> stillRunning(ReplicationEvent<?> event, Set<String> running) {
        return running.stream()
                .sorted()
                .findFirst()
                .map(name -> new EffectMisuseException("The sink returned from " + event + " while its effect '" + name
                        + "' was still running, so its result cannot be recorded. Wait in apply for what it started."));
    }
}
