package io.taskqueue.sink;

/**
 * The outside actions of one event. Each runs until its result is recorded, and from then on returns the recorded result
 * without running.
 *
 * <p>A name stands for one action: the same name twice in one event is an error ({@link IllegalStateException}), and so is a
 * recorded result that is asked for as another type. An action that throws {@link PermanentEffectException} is recorded as
 * failed and thrown as {@link RecordedFailureException}, now and whenever the event is seen again; whatever else it throws, an
 * {@link Error} too, is transient: it is thrown as it is, never recorded, and the event is tried again.
 *
 * <p>Effects of different names may run side by side, on threads of the sink's own, and {@code apply} must wait for them before it
 * returns. Where it throws instead, the runner waits for those that run; one that comes later is refused with an
 * {@link EffectMisuseException} and does not begin.
 *
 * <p>Between the action and the commit of its record lies a window: after a crash there nobody knows whether it was done. What
 * happens then is declared with the effect ({@link OnAmbiguity}); unless declared, the action runs again with the same
 * {@link EffectKey}. Hand the key to the target as its idempotency key.
 */
public interface Effects {

    /**
     * Runs an action whose result matters, or returns its recorded result; it runs again where that result was lost.
     *
     * @param name the effect's name, unique within the event
     * @param type the result's type, written and read as JSON
     * @return the result, from the action or from the record
     * @throws RecordedFailureException if the action failed permanently, now or when it was recorded
     * @throws Exception what the action throws
     */
    <R> R capture(String name, Class<R> type, EffectAction<R> action) throws Exception;

    /**
     * Runs an action whose result matters, as {@link #capture(String, Class, EffectAction)} does.
     *
     * @param onAmbiguity what happens where nobody knows whether it was done
     * @throws AmbiguousEffectException if so, and it is declared {@link OnAmbiguity#park()}
     */
    <R> R capture(String name, Class<R> type, OnAmbiguity<R> onAmbiguity, EffectAction<R> action) throws Exception;

    /** Runs an action that has no result, as {@link #capture(String, Class, EffectAction)} does. */
    void run(String name, EffectRunnable action) throws Exception;

    /** Runs an action that has no result, as {@link #capture(String, Class, OnAmbiguity, EffectAction)} does. */
    void run(String name, OnAmbiguity<Void> onAmbiguity, EffectRunnable action) throws Exception;

    /** An outside action with a result. */
    @FunctionalInterface
    interface EffectAction<R> {

        /** @param key the same on every run of this effect; hand it to the target as its idempotency key */
        R run(EffectKey key) throws Exception;
    }

    /** An outside action without a result. */
    @FunctionalInterface
    interface EffectRunnable {

        /** @param key the same on every run of this effect; hand it to the target as its idempotency key */
        void run(EffectKey key) throws Exception;
    }
}
