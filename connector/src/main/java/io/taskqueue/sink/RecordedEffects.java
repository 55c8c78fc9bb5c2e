package io.taskqueue.sink;

import io.taskqueue.event.ReplicationEvent;

/**
 * The effects of one application of one event, over a store of results: what a runner hands to a sink.
 *
 * <p>Made for each try of each event; {@link #close()} ends it, and a sink that kept it gets an error from then on.
 */
public final class RecordedEffects implements Effects, AutoCloseable {

    /** What became of the effects of one application. */
    public record Counts(int run, int reused, int failed, int missing) {}

    public RecordedEffects(String sink, int generation, ReplicationEvent<?> event, EffectStore store, EffectMode mode) {
        throw new UnsupportedOperationException();
    }

    /** What became of the effects so far. */
    public Counts counts() {
        throw new UnsupportedOperationException();
    }

    @Override
    public <R> R capture(String name, Class<R> type, EffectAction<R> action) throws Exception {
        throw new UnsupportedOperationException();
    }

    @Override
    public void run(String name, EffectRunnable action) throws Exception {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
