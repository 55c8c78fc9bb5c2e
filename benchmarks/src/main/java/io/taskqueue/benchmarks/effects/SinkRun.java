package io.taskqueue.benchmarks.effects;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.measure.ResourceUsage;
import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.status.EffectCounts;
import io.taskqueue.streams.status.SinkStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.function.DoubleConsumer;

/** A sink service that runs and records one effect for each event. */
public final class SinkRun {

    /** The effect's name. */
    public static final String EFFECT = "measured";

    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private final BenchmarkCluster cluster;
    private final Path states;

    public SinkRun(BenchmarkCluster cluster, Path states) {
        this.cluster = cluster;
        this.states = states;
    }

    /** Events per second, from the first call until all results are recorded and the topic's end is committed. */
    Stopwatch.Rate measure(Workload workload, EffectSettings settings, ResourceUsage usage)
            throws InterruptedException, ExecutionException {
        return measure(cluster.newName("sink"), workload, settings, usage);
    }

    /** The same, with a given name, so that the sink can be started again. */
    Stopwatch.Rate measure(String name, Workload workload, EffectSettings settings, ResourceUsage usage)
            throws InterruptedException, ExecutionException {
        return measure(name, workload, settings, usage, recorded -> {});
    }

    /** @param recorded receives the rate until all results are recorded, without the wait for the last commit */
    Stopwatch.Rate measure(
            String name, Workload workload, EffectSettings settings, ResourceUsage usage, DoubleConsumer recorded)
            throws InterruptedException, ExecutionException {
        CallTarget target = new CallTarget(workload);
        Stopwatch.Rate rate;
        try (SinkService service = builder(
                        name, workload.topic(), calling(target, settings.onAmbiguity()), settings.commitInterval())
                .start()) {
            target.await();
            awaitRecorded(service, workload.events(), 0);
            recorded.accept(target.rate().perSecond());
            cluster.awaitCommitted(name, workload.topic());
            rate = target.rate();
            usage.complete(target.maxConcurrentCalls(), target.meanMillis());
        }
        target.requireEachOnceInOrder();
        return rate;
    }

    /** A sink service on a topic. */
    public SinkService.Builder<String> builder(
            String name, String topic, ReplicationSink<String> sink, Duration commitInterval) {
        return SinkService.builder(name, sink, PayloadCodec.jsonText())
                .kafka(cluster.settings())
                .topic(topic)
                .fingerprint("benchmark") // a replay has another class
                .stateDirectory(states.resolve(name))
                .concurrency(Workload.CONCURRENCY)
                .commitInterval(commitInterval);
    }

    /** A sink whose only effect is a call of the target. */
    private static ReplicationSink<String> calling(CallTarget target, OnAmbiguity<Void> onAmbiguity) {
        return (event, effects) -> effects.run(
                EFFECT, onAmbiguity, key -> target.call((int) event.position().sequence(), event.taskId()));
    }

    /** Waits until all events are applied, with exact numbers of effects that were run and reused, and no others. */
    public static void awaitRecorded(SinkService service, long run, long reused) throws InterruptedException {
        Stopwatch waited = new Stopwatch();
        SinkStatus status = service.status();
        while (status.effects().run() != run || status.effects().reused() != reused || !status.settled()) {
            if (status.effects().run() > run || waited.elapsed().compareTo(TIMEOUT) > 0) {
                throw new IllegalStateException("Expected " + run + " effects to be run and " + reused
                        + " reused, but the status is " + status);
            }
            Stopwatch.pause(Duration.ofMillis(5));
            status = service.status();
        }
        EffectCounts effects = status.effects();
        if (effects.failed() + effects.missing() + effects.ambiguous() > 0) {
            throw new IllegalStateException(
                    "Expected no failed, missing or ambiguous effects, but there are " + effects);
        }
    }
}
