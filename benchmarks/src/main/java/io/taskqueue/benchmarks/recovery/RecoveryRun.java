package io.taskqueue.benchmarks.recovery;

import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.queue.Ticker;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.recovery.Recovery;
import io.taskqueue.source.recovery.RecoveryReader;
import io.taskqueue.source.recovery.RecoveryReport;
import io.taskqueue.source.registry.LowWaterMark.Place;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Recoveries of a filled queue. */
public final class RecoveryRun {

    private RecoveryRun() {}

    /**
     * How long a source takes from its claim and SourceStarted until its queue has all live tasks and can be used.
     *
     * @throws IllegalStateException if it does not recover each of them
     */
    public static Duration afterTheClaim(Map<String, Object> kafka, FilledQueue filled) throws InterruptedException {
        AtomicReference<@Nullable Stopwatch> claimed = new AtomicReference<>();
        TaskQueue<String> queue = TaskQueue.<String>builder(filled.name()).build();
        ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                .kafka(kafka)
                .topic(filled.topic())
                .recover(Recovery.standard().progress(progress -> claimed.compareAndSet(null, new Stopwatch())))
                .start();
        Duration time = Objects.requireNonNull(claimed.get()).elapsed();
        RecoveryReport report = source.recovery().orElseThrow();
        if (queue.counts().pending() != filled.live() || report.tasks().recovered() != filled.live()) {
            throw new IllegalStateException("The queue has " + queue.counts() + " after " + report);
        }
        source.handOver(Duration.ZERO);
        return time;
    }

    /** Events per second of a recovery that reads the whole partition, as without a mark. */
    public static double foldPerSecond(Map<String, Object> kafka, FilledQueue filled, Place place)
            throws InterruptedException {
        RecoveryReport report = new RecoveryReader<>(
                        new RecoveryReader.Access(kafka, Duration.ofMinutes(1), Ticker.system()),
                        filled.name(),
                        PayloadCodec.utf8(),
                        payload -> {})
                .read(place, Optional.empty(), OptionalLong.empty(), Recovery.standard())
                .queue()
                .report();
        if (report.tasks().recovered() != filled.live()) {
            throw new IllegalStateException("The recovery found " + report);
        }
        return report.reading().events() / (report.reading().time().toNanos() / 1e9);
    }
}
