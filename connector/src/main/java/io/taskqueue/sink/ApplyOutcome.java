package io.taskqueue.sink;

import io.taskqueue.event.ReplicationEvent;
import java.util.Objects;
import java.util.Optional;

/**
 * How one try to apply one event ended: the rules that every runner follows.
 *
 * <table>
 *   <caption>What the sink did, and how the try counts, by the first row that fits</caption>
 *   <tr><th>what happened</th><th>outcome</th></tr>
 *   <tr><td>an {@link EffectMisuseException}, also one that the sink swallowed; an effect still running when the sink
 *       returned</td><td>{@link Stopped}: no further try can help</td></tr>
 *   <tr><td>an effect was ambiguous and is declared {@link OnAmbiguity#park()}, or failed permanently where that parks; also
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
        Objects.requireNonNull(sink, "sink");
        try (effects) {
            sink.apply(event, effects);
            return effects.misuse()
                    .or(() -> stillRunning(event, effects))
                    .<ApplyOutcome>map(Stopped::new)
                    .or(() -> effects.parking().map(Parked::new))
                    .orElseGet(() -> new Applied(effects.counts()));
        } catch (Throwable escaped) { // an error of user code is an outcome too
            return of(escaped, effects);
        }
    }

    private static ApplyOutcome of(Throwable escaped, RecordedEffects effects) {
        Optional<EffectMisuseException> misuse = effects.misuse().or(() -> cause(escaped, EffectMisuseException.class));
        if (misuse.isPresent()) {
            return new Stopped(misuse.get());
        }
        Optional<Throwable> parking = effects.parking();
        if (parking.isPresent()) {
            return new Parked(parking.get());
        }
        if (Thread.currentThread().isInterrupted()
                || cause(escaped, InterruptedException.class).isPresent()) {
            return new Interrupted();
        }
        if (effects.counts().missing() > 0
                || cause(escaped, RecordedFailureException.class).isPresent()) {
            return new Applied(effects.counts());
        }
        return new Transient(escaped);
    }

    private static Optional<EffectMisuseException> stillRunning(ReplicationEvent<?> event, RecordedEffects effects) {
        return effects.running().stream()
                .sorted()
                .findFirst()
                .map(name -> new EffectMisuseException("The sink returned from " + event + " while its effect '" + name
                        + "' was still running, so its result cannot be recorded. Wait in apply for what it started."));
    }

    private static <X extends Throwable> Optional<X> cause(Throwable escaped, Class<X> type) {
        Throwable current = escaped;
        for (int depth = 0; current != null && depth < 32; depth++) {
            if (type.isInstance(current)) {
                return Optional.of(type.cast(current));
            }
            current = current.getCause();
        }
        return Optional.empty();
    }
}
