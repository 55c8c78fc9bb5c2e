package io.taskqueue.sink;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of an effect of which nobody knows whether it was done: its process died between the action and the commit of
 * its result, or the action threw an {@link UnknownOutcomeException} or was interrupted, be that only a cause of what it threw.
 *
 * <table>
 *   <caption>The choices, and how often the action then runs</caption>
 *   <tr><th>policy</th><th>what happens</th><th>the action runs</th><th>for targets that</th></tr>
 *   <tr><td>{@link #rerun()}</td><td>the action runs again, with the same key</td><td>once or more</td>
 *       <td>take the key as an idempotency key</td></tr>
 *   <tr><td>{@link #probe}</td><td>a function asks the target by the key; the action runs where it was not done</td>
 *       <td>once</td><td>can be asked</td></tr>
 *   <tr><td>{@link #park()}</td><td>the event is parked, a person decides</td><td>once, or as decided</td>
 *       <td>can be neither asked nor repeated</td></tr>
 *   <tr><td>{@link #assumeDone}</td><td>the effect counts as done</td><td>at most once</td>
 *       <td>may rather miss it than get it twice</td></tr>
 * </table>
 *
 * <p>For all but {@code rerun} an intent is recorded before the action runs, and the action waits until that is durable: in the
 * Streams service for one commit, in a database for one statement. Without an intent there would be no way to tell an effect that was never begun
 * from one whose result was lost.
 *
 * @param <R> the effect's result
 */
public sealed interface OnAmbiguity<R> {

    /** The action runs again. Costs nothing. */
    record Rerun<R>() implements OnAmbiguity<R> {}

    /** The target is asked. */
    record Probe<R>(EffectProbe<R> probe) implements OnAmbiguity<R> {
        public Probe {
            Objects.requireNonNull(probe, "probe");
        }
    }

    /** The event is parked. */
    record Park<R>() implements OnAmbiguity<R> {}

    /** The effect is recorded as done, with a result. */
    record AssumeDone<R>(@Nullable R result) implements OnAmbiguity<R> {}

    static <R> OnAmbiguity<R> rerun() {
        return new Rerun<>();
    }

    /** @param probe also asked where a try before failed for now, so that it may be done although it failed */
    static <R> OnAmbiguity<R> probe(EffectProbe<R> probe) {
        return new Probe<>(probe);
    }

    static <R> OnAmbiguity<R> park() {
        return new Park<>();
    }

    /** For an effect that has no result. */
    static OnAmbiguity<Void> assumeDone() {
        return new AssumeDone<>(null);
    }

    /** @param result what is recorded as the result */
    static <R> OnAmbiguity<R> assumeDone(R result) {
        return new AssumeDone<>(result);
    }

    /** Whether an intent is recorded before the action runs. */
    default boolean needsIntent() {
        return !(this instanceof Rerun);
    }
}
