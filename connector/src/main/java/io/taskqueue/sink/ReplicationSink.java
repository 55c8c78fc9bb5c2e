package io.taskqueue.sink;

import io.taskqueue.event.ReplicationEvent;

/**
 * User code that applies events to something outside.
 *
 * <p>Events of one task arrive one at a time and in order; events of different tasks may arrive concurrently, on any thread, so
 * an implementation must be thread-safe. It may block. After a failure, a crash or a rebalance the same event arrives again:
 * whatever must not happen twice belongs in {@link Effects}, and everything else must be free of side effects. For the same
 * event, an implementation must request the same effects.
 *
 * @param <T> the payload's type
 */
@FunctionalInterface
public interface ReplicationSink<T> {

    /**
     * Applies one event. When it returns, all effects that it started must have ended; otherwise the sink stops. When it throws,
     * the runner starts no further effects and waits for those that still run on other threads, and then retries the event.
     *
     * @param event of a kind that is {@link io.taskqueue.event.EventKind#passedToSinks passed to sinks}: never SourceStarted or Snapshot
     * @param effects valid during this call, on any thread
     * @throws Exception if the event could not be applied; it is retried with back-off, and effects that have a recorded result
     *     do not run again
     */
    void apply(ReplicationEvent<T> event, Effects effects) throws Exception;

    /**
     * The events that the sink acts on; {@link Interests#ALL} unless overridden. {@link #apply} is not called for any other event, whose
     * payload is not even decoded. Asked once, when the sink is started; it must not change from start to start without a reason: an
     * event that was not of interest when it was read is not applied later.
     */
    default Interests interests() {
        return Interests.ALL;
    }
}
