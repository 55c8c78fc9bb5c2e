package io.taskqueue.benchmarks;

import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.EffectCounts;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.SinkStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;

/** A sink service that runs and records one effect an event. */
final class SinkRun {

    static final String EFFECT = "measured";

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Cluster cluster;
    private final Path states;

    SinkRun(Cluster cluster, Path states) {
        this.cluster = cluster;
        this.states = states;
    }

    /** Events a second, from the first call until the results of all are recorded and the topic's end is committed. */
    Stopwatch.Rate measure(Work work, Terms terms, Footprint footprint)
            throws InterruptedException, ExecutionException {
        return measure(cluster.freshName("sink"), work, terms, footprint);
    }

    /** The same, under a name of one's own, so that the sink can be started again. */
    Stopwatch.Rate measure(String name, Work work, Terms terms, Footprint footprint)
            throws InterruptedException, ExecutionException {
        Target target = new Target(work);
        Stopwatch.Rate rate;
        try (SinkService service = builder(
                        name, work.topic(), calling(target, terms.onAmbiguity()), terms.commitInterval())
                .start()) {
            target.await();
            awaitRecorded(service, work.events(), 0);
            cluster.awaitCommitted(name, work.topic());
            rate = target.rate();
            footprint.settle(target.mostAtOnce());
        }
        target.requireEachOnceInOrder();
        return rate;
    }

    SinkService.Builder<String> builder(
            String name, String topic, ReplicationSink<String> sink, Duration commitInterval) {
        return SinkService.builder(name, sink, PayloadCodec.jsonText())
                .kafka(cluster.settings())
                .topic(topic)
                .stateDirectory(states.resolve(name))
                .concurrency(Work.AT_ONCE)
                .commitInterval(commitInterval);
    }

    /** A sink whose one effect is a call of the target. */
    static ReplicationSink<String> calling(Target target, OnAmbiguity<Void> onAmbiguity) {
        return (event, effects) -> effects.run(
                EFFECT, onAmbiguity, key -> target.call((int) event.position().sequence(), event.taskId()));
    }

    /** Waits until all that was seen is applied, with exactly so many effects run and so many reused, and nothing else. */
    static void awaitRecorded(SinkService service, long run, long reused) throws InterruptedException {
        Stopwatch waited = new Stopwatch();
        SinkStatus status = service.status();
        while (status.effects().run() != run || status.effects().reused() != reused || !status.settled()) {
            if (status.effects().run() > run || waited.elapsed().compareTo(PATIENCE) > 0) {
                throw new IllegalStateException(
                        run + " effects should have been run and " + reused + " reused, but it is " + status);
            }
            Stopwatch.pause(Duration.ofMillis(5));
            status = service.status();
        }
        EffectCounts effects = status.effects();
        if (effects.failed() + effects.missing() + effects.ambiguous() > 0) {
            throw new IllegalStateException("Nothing should have gone wrong, but it is " + effects);
        }
    }
}
