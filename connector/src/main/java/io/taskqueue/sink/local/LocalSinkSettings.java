package io.taskqueue.sink.local;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.event.NameRule;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.Interests;
import io.taskqueue.sink.OnPermanent;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.effect.EffectRules;
import io.taskqueue.sink.store.CheckpointStore;
import io.taskqueue.sink.store.EffectStore;
import io.taskqueue.tracing.TaskSpans;
import java.time.Clock;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** The validated settings of a local runner; see {@link LocalSinkRunner.Builder}. */
record LocalSinkSettings<T>(
        String name,
        ReplicationSink<T> sink,
        Peers<T> peers,
        Interests interests,
        int buffer,
        Stores stores,
        EffectSettings effects,
        Environment environment) {

    /**
     * Whose events are applied.
     *
     * @param key the peer of an event
     * @param applied the peers; all if it is empty
     */
    record Peers<T>(Function<ReplicationEvent<T>, String> key, Set<String> applied) {

        boolean accepts(String peer) {
            return applied.isEmpty() || applied.contains(peer);
        }
    }

    /** What outlives a run. */
    record Stores(CheckpointStore checkpoints, EffectStore effects) {}

    /** How effects run, and what happens if they fail. */
    record EffectSettings(EffectMode mode, RetryPolicy retry, OnPermanent onPermanent) {

        EffectRules rules() {
            return new EffectRules(retry::isPermanent, onPermanent);
        }
    }

    /** What a runner takes from its surroundings: meters, time, randomness and tracing. */
    record Environment(
            MeterRegistry registry, Clock clock, RetryPause pause, Supplier<RandomGenerator> random, TaskSpans spans) {}

    LocalSinkSettings {
        NameRule.requireAnyLength("sink name", "billing", name);
        if (buffer < 0) {
            throw new IllegalArgumentException(
                    "The buffer of sink " + name + " is a number of events of at least 0, but " + buffer
                            + " was set. Use 1,024, the default, if unsure.");
        }
    }
}
