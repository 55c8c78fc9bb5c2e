package io.taskqueue.sink;

import org.jspecify.annotations.Nullable;

/**
 * Asks the target whether an effect was done. Whatever the probe throws, including {@link PermanentEffectException}, is a
 * transient failure that leaves the effect in doubt: the event is retried, and the probe is asked again. When the attempts are
 * exhausted, the event is parked with the effect still in doubt, and a redrive asks again.
 *
 * <p>Called on the thread that runs the effect. Thread-safe, because effects of different events run concurrently.
 *
 * @param <R> the effect's result
 */
@FunctionalInterface
public interface EffectProbe<R> {

    /** @param key the key that was passed to the action */
    Answer<R> ask(EffectKey key) throws Exception;

    /** The answer of the target. */
    sealed interface Answer<R> {

        /** The effect was done, with this result. */
        record Done<R>(@Nullable R result) implements Answer<R> {}

        /** The effect was not done. */
        record NotDone<R>() implements Answer<R> {}

        static <R> Answer<R> done(R result) {
            return new Done<>(result);
        }

        static <R> Answer<R> notDone() {
            return new NotDone<>();
        }

        /** The answer for an effect without a result. */
        static Answer<Void> doneIf(boolean done) {
            return done ? new Done<>(null) : new NotDone<>();
        }
    }
}
