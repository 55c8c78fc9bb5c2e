package io.taskqueue.streams.partition;

import io.taskqueue.event.TraceContext;
import io.taskqueue.queue.Ticker;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.RecordedAs;
import io.taskqueue.streams.status.LatencyHistogram;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Effects whose actions are counted and measured, whether they succeed or fail. As thread-safe as the effects. */
record TimedEffects(Effects effects, AtomicInteger calls, LatencyHistogram latency, Ticker ticker) implements Effects {

    @Override
    public <R> R capture(String name, Class<R> type, EffectAction<R> action) throws Exception {
        return effects.capture(name, type, key -> timed(key, action));
    }

    @Override
    public <R> R capture(String name, Class<R> type, OnAmbiguity<R> onAmbiguity, EffectAction<R> action)
            throws Exception {
        return effects.capture(name, type, onAmbiguity, key -> timed(key, action));
    }

    @Override
    public <R> R capture(String name, RecordedAs<R> result, OnAmbiguity<R> onAmbiguity, EffectAction<R> action)
            throws Exception {
        return effects.capture(name, result, onAmbiguity, key -> timed(key, action));
    }

    @Override
    public void run(String name, EffectRunnable action) throws Exception {
        effects.run(name, key -> timedRun(key, action));
    }

    @Override
    public void run(String name, OnAmbiguity<Void> onAmbiguity, EffectRunnable action) throws Exception {
        effects.run(name, onAmbiguity, key -> timedRun(key, action));
    }

    @Override
    public Optional<TraceContext> traceContext() {
        return effects.traceContext();
    }

    private <R> R timed(EffectKey key, EffectAction<R> action) throws Exception {
        calls.incrementAndGet();
        long began = ticker.nanos();
        try {
            return action.run(key);
        } finally {
            ended(began);
        }
    }

    private void timedRun(EffectKey key, EffectRunnable action) throws Exception {
        calls.incrementAndGet();
        long began = ticker.nanos();
        try {
            action.run(key);
        } finally {
            ended(began);
        }
    }

    private void ended(long began) {
        latency.add(Duration.ofNanos(ticker.nanos() - began));
    }
}
