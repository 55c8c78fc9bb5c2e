package io.taskqueue.sink;

import org.jspecify.annotations.Nullable;

/**
 * Asks the target whether an effect was done. What it throws is a failure for now, a {@link PermanentEffectException} too: it says
 * nothing about the effect, which stays in doubt. The event is tried again, and the probe asked again; once the tries are used up
 * the event is parked with the doubt, and a redrive asks anew.
 *
 * @param <R> the effect's result
 */
@FunctionalInterface
public interface EffectProbe<R> {

    /** @param key the key that the action was given */
    Answer<R> ask(EffectKey key) throws Exception;

    /** What the target says. */
    sealed interface Answer<R> {

        /** It was done, with this result. */
        record Done<R>(@Nullable R result) implements Answer<R> {}

        /** It was not done. */
        record NotDone<R>() implements Answer<R> {}

        static <R> Answer<R> done(R result) {
            return new Done<>(result);
        }

        static <R> Answer<R> notDone() {
            return new NotDone<>();
        }

        /** For an effect that has no result. */
        static Answer<Void> doneIf(boolean done) {
            return done ? new Done<>(null) : new NotDone<>();
        }
    }
}
