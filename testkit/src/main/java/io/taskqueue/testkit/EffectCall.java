package io.taskqueue.testkit;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.EffectKey;
import org.jspecify.annotations.Nullable;

/**
 * One request of an effect by a sink under test.
 *
 * @param event the event that was applied
 * @param attempt the attempt at the event, counted from 1 in each call of {@link SinkTester#apply(Iterable)}
 * @param key the effect's key, which names it
 * @param status what came of it
 * @param actionCalled whether its action was called
 * @param result what the sink got; null if it got an exception, or there is no result
 * @param failure what the sink got instead of a result, or null
 */
public record EffectCall(
        ReplicationEvent<?> event,
        int attempt,
        EffectKey key,
        Status status,
        boolean actionCalled,
        @Nullable Object result,
        @Nullable Throwable failure) {

    /** What came of a request. */
    public enum Status {
        /** The action ran, and its result was recorded. */
        RUN,
        /** The recorded result was returned, or the recorded permanent failure thrown; the action did not run. */
        REUSED,
        /** It was in doubt, and counts as done without a call of the action: its probe found it done, or it is assumed done. */
        RESOLVED,
        /** The action failed permanently, which was recorded; with {@code OnPermanent.PARK}, the event was parked. */
        FAILED_PERMANENTLY,
        /** The action failed temporarily, or its probe or the store did. */
        FAILED,
        /** It is in doubt or its result cannot be recorded, and an operator has to decide. */
        PARKED,
        /** In a replay, it has no recorded result, and did not run. */
        MISSING,
        /** The sink used it in a wrong way. */
        MISUSED,
        /** The process died during it. */
        CRASHED
    }

    /** The effect's name. */
    public String name() {
        return key.effect();
    }

    /** The call in messages: without the result, which may be confidential. */
    @Override
    public String toString() {
        return name() + " (" + status + ", attempt " + attempt + (failure == null ? "" : ", " + failure) + ")";
    }
}
