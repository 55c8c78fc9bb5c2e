package io.taskqueue.sink;

import io.taskqueue.event.TraceContext;
import io.taskqueue.serde.GenericType;
import java.util.Optional;

/**
 * The outside actions of one event. An effect runs until its result is recorded; from then on its recorded result is returned
 * and the action does not run.
 *
 * <p>A name identifies one action of the event. Using the same name twice in one event is an {@link EffectMisuseException}, and
 * so is requesting a recorded result as another type. If an action throws {@link PermanentEffectException}, the failure is
 * recorded, and {@link RecordedFailureException} is thrown now and every time the event is seen again. Anything else that an
 * action throws, including an {@link Error}, is transient: it is thrown unchanged and not recorded, and the event is retried, in
 * which the action runs again as its {@link OnAmbiguity} allows. An {@link EffectMisuseException} that an action throws stops the
 * sink, even if the sink catches it.
 *
 * <p>A result must be readable from the JSON that it is written as: a type for which that is impossible, such as an interface, a
 * stream or the class of a generic type, is refused before the action runs ({@link RecordedAs} states a generic type). A result that is larger than the runner can record is found only
 * when the action has ended: the event is parked, and the action does not run again before an operator decides
 * ({@link io.taskqueue.sink.store.ResultTooLargeException}).
 *
 * <p>Thread-safe: effects of different names may run concurrently, on threads of the sink, and {@code apply} must wait for them
 * before it returns. If {@code apply} throws, the runner waits for the effects that are running; an effect requested after that
 * does not start and gets an {@link EffectMisuseException}.
 *
 * <p>After a crash between the action and the commit of its result, or an exception of the action such as a timeout, it is unknown
 * whether the action was done. Each effect declares what happens then ({@link OnAmbiguity}); by default the action runs again with
 * the same {@link EffectKey}. Pass the key to the target as its idempotency key.
 */
public interface Effects {

    /**
     * Runs an action and returns its result, or returns its recorded result. The action runs again if its result was lost
     * before it was recorded.
     *
     * @param name the effect's name, unique within the event
     * @param type the result's type, written and read as JSON
     * @return the result, from the action or from the record
     * @throws RecordedFailureException if the action failed permanently, now or in an earlier run
     * @throws Exception what the action throws
     */
    <R> R capture(String name, Class<R> type, EffectAction<R> action) throws Exception;

    /**
     * Runs an action and returns its result, as {@link #capture(String, Class, EffectAction)} does.
     *
     * @param onAmbiguity what happens if it is unknown whether the action was done
     * @throws AmbiguousEffectException if it is unknown since an earlier attempt, and {@link OnAmbiguity#park()} is declared
     */
    <R> R capture(String name, Class<R> type, OnAmbiguity<R> onAmbiguity, EffectAction<R> action) throws Exception;

    /**
     * Runs an action and returns its result, as {@link #capture(String, Class, EffectAction)} does.
     *
     * @param type the result's type, such as {@code new GenericType<List<Quote>>() {}}
     */
    default <R> R capture(String name, GenericType<R> type, EffectAction<R> action) throws Exception {
        return capture(name, RecordedAs.type(type), OnAmbiguity.rerun(), action);
    }

    /** Runs an action and returns its result, as {@link #capture(String, RecordedAs, OnAmbiguity, EffectAction)} does. */
    default <R> R capture(String name, RecordedAs<R> result, EffectAction<R> action) throws Exception {
        return capture(name, result, OnAmbiguity.rerun(), action);
    }

    /**
     * Runs an action and returns its result, as {@link #capture(String, Class, OnAmbiguity, EffectAction)} does.
     *
     * @param result how the result is recorded
     */
    <R> R capture(String name, RecordedAs<R> result, OnAmbiguity<R> onAmbiguity, EffectAction<R> action)
            throws Exception;

    /** Runs an action without a result, as {@link #capture(String, Class, EffectAction)} does. */
    void run(String name, EffectRunnable action) throws Exception;

    /** Runs an action without a result, as {@link #capture(String, Class, OnAmbiguity, EffectAction)} does. */
    void run(String name, OnAmbiguity<Void> onAmbiguity, EffectRunnable action) throws Exception;

    /**
     * Where the call of another system is in the trace of the task, for its header {@code traceparent}. Inside of an action it is the
     * span of the effect; otherwise that of the attempt; where the sink has no {@link io.taskqueue.tracing.Tracing}, the enqueue of the
     * task. Empty if the task is not traced. Clients that are instrumented do not need it.
     */
    Optional<TraceContext> traceContext();

    /** An outside action with a result. */
    @FunctionalInterface
    interface EffectAction<R> {

        /** @param key the same in every run of this effect; pass it to the target as its idempotency key */
        R run(EffectKey key) throws Exception;
    }

    /** An outside action without a result. */
    @FunctionalInterface
    interface EffectRunnable {

        /** @param key the same in every run of this effect; pass it to the target as its idempotency key */
        void run(EffectKey key) throws Exception;
    }
}
