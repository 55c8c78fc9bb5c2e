package io.taskqueue.streams;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.streams.clients.EventTopic;
import io.taskqueue.streams.clients.EventTopicLog;
import io.taskqueue.streams.execution.CircuitBreaker;
import io.taskqueue.streams.execution.RateLimiter;
import io.taskqueue.streams.execution.ThreadGuard;
import io.taskqueue.streams.execution.WorkerThreads;
import io.taskqueue.streams.partition.PartitionStores;
import io.taskqueue.streams.partition.PartitionWork;
import io.taskqueue.streams.partition.SinkLifecycle;
import io.taskqueue.streams.partition.SinkRate;
import io.taskqueue.streams.rate.RateLimit;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.state.KeyValues;
import io.taskqueue.streams.state.RecordLimit;
import io.taskqueue.streams.status.SinkProgress;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** A partition of a sink named {@code alone} without Kafka Streams, whose effect {@code call} counts its calls. */
final class LonePartition implements AutoCloseable {

    final AtomicInteger calls = new AtomicInteger();
    final SinkLifecycle lifecycle = new SinkLifecycle();
    final SinkSettings<String> settings;
    private final WorkerThreads threads = new WorkerThreads("alone", 64, null, new ThreadGuard("alone"));

    LonePartition(Path directory) {
        this.settings = SettingsForTests.of(
                "alone",
                (event, effects) -> effects.run("call", key -> calls.incrementAndGet()),
                builder -> builder.stateDirectory(directory).breaker(BreakerPolicy.OFF));
    }

    PartitionWork<String> work(KeyValues results, KeyValues state, EventTopic topic, int partition) {
        SinkSettings.Instruments instruments = settings.instruments();
        CircuitBreaker breaker = new CircuitBreaker(
                settings.name(), BreakerPolicy.OFF, instruments.clock(), instruments.ticker(), threads::executeAfter);
        RateLimiter limiter = new RateLimiter(RateLimit.NONE, instruments.ticker(), threads::executeAfter, () -> 1);
        return new PartitionWork<>(
                settings,
                new PartitionWork.Workers(threads, breaker, new SinkRate(settings.name(), RateLimit.NONE, limiter)),
                new SinkProgress(
                        settings.name(),
                        new SinkMeters(new SimpleMeterRegistry(), settings.name()),
                        instruments.clock(),
                        1_000),
                lifecycle,
                new PartitionStores(results, state, () -> new RecordLimit(1_000_000, "a test")),
                new EventTopicLog(topic, partition));
    }

    @Override
    public void close() {
        threads.close();
    }
}
