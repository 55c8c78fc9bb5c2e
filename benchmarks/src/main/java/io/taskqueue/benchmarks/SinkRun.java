package io.taskqueue.benchmarks;

import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.EffectCounts;
import io.taskqueue.streams.SinkService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A sink service that runs and records one effect an event. */
final class SinkRun {

    /** How many events are applied side by side. */
    static final int CONCURRENCY = 64;

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Cluster cluster;
    private final Path states;

    SinkRun(Cluster cluster, Path states) {
        this.cluster = cluster;
        this.states = states;
    }

    /**
     * Events a second, from the first that is applied until the results of all are recorded and the topic's end is committed.
     *
     * @param effect what each event's effect takes; zero does nothing
     */
    Stopwatch.Rate measure(String topic, int events, Duration effect) throws InterruptedException, ExecutionException {
        String name = cluster.freshName("sink");
        CountDownLatch left = new CountDownLatch(events);
        AtomicReference<@Nullable Stopwatch> first = new AtomicReference<>();
        ReplicationSink<String> sink = (event, effects) -> {
            if (first.get() == null) {
                first.compareAndSet(null, new Stopwatch());
            }
            effects.run("measured", key -> {
                if (!effect.isZero()) {
                    Stopwatch.pause(effect);
                }
            });
            left.countDown();
        };
        try (SinkService service = SinkService.builder(name, sink, PayloadCodec.jsonText())
                .kafka(cluster.settings())
                .topic(topic)
                .stateDirectory(states.resolve(name))
                .concurrency(CONCURRENCY)
                .commitInterval(StreamsRun.COMMIT_INTERVAL)
                .start()) {
            if (!left.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException(
                        left.getCount() + " events of " + events + " were not applied: " + service.status());
            }
            awaitRecorded(service, events);
            cluster.awaitCommitted(name, topic);
            return started(first).rate(events);
        }
    }

    private static void awaitRecorded(SinkService service, int events) throws InterruptedException {
        Stopwatch waited = new Stopwatch();
        EffectCounts effects = service.status().effects();
        while (effects.run() != events || !service.status().settled()) {
            if (effects.run() > events || waited.elapsed().compareTo(PATIENCE) > 0) {
                throw new IllegalStateException(events + " effects should have run once each, but " + effects);
            }
            Stopwatch.pause(Duration.ofMillis(5));
            effects = service.status().effects();
        }
    }

    private static Stopwatch started(AtomicReference<@Nullable Stopwatch> first) {
        Stopwatch watch = first.get();
        if (watch == null) {
            throw new IllegalStateException("All events are applied, but none was first.");
        }
        return watch;
    }
}
