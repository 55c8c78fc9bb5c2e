package io.taskqueue.cli;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.queue.DrainedTask;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.SourceHealth;
import io.taskqueue.source.SourceStartException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A dispatcher: a queue, its source, and workers. What a service of yours would be, with tasks from a file. */
final class Dispatcher implements AutoCloseable {

    private static final Duration LOOK = Duration.ofMillis(50);

    /**
     * What a dispatcher is made of.
     *
     * @param ownerPeer who is responsible for the tasks, or null
     */
    record Settings(
            String queue,
            String topic,
            Workers.Habits habits,
            Duration lease,
            @Nullable String ownerPeer,
            boolean createTopics) {}

    private final TaskQueue<String> queue;
    private final ReplicationSource<String> source;
    private final Workers workers;
    private final Tally tally;

    private Dispatcher(TaskQueue<String> queue, ReplicationSource<String> source, Workers workers, Tally tally) {
        this.queue = queue;
        this.source = source;
        this.workers = workers;
        this.tally = tally;
    }

    static Dispatcher start(Settings settings, Map<String, Object> kafka, MeterRegistry meters)
            throws InterruptedException {
        Tally tally = new Tally();
        TaskQueue<String> queue = TaskQueue.<String>builder(settings.queue())
                .leaseDuration(settings.lease())
                .heartbeatInterval(settings.lease().dividedBy(6))
                .listener(tally::count)
                .build();
        try {
            var builder = ReplicationSource.builder(queue, PayloadCodec.jsonText())
                    .kafka(kafka)
                    .sourcePeer("dispatcher-" + ProcessHandle.current().pid())
                    .topic(settings.topic())
                    .createTopics(settings.createTopics())
                    .metrics(meters);
            if (settings.ownerPeer() != null) {
                builder.ownerPeer(settings.ownerPeer());
            }
            ReplicationSource<String> source = builder.start();
            Workers workers = Workers.start(queue, settings.habits(), settings.lease(), new SplittableRandom());
            return new Dispatcher(queue, source, workers, tally);
        } catch (SourceStartException e) {
            queue.close();
            throw new CommandFailure(ExitCode.REFUSED, String.valueOf(e.getMessage()), e);
        } catch (RuntimeException | InterruptedException e) {
            queue.close();
            throw e;
        }
    }

    /**
     * Dispatches every task of the lines.
     *
     * @param stop ends it early
     * @param progress called now and then
     * @return whether every task has ended; false where it was stopped early
     */
    boolean dispatch(TaskLines lines, StopSignal stop, Runnable progress) throws IOException, InterruptedException {
        Feeder feeder = Feeder.start(queue, lines);
        while (!(feeder.ended() && tally.live() == 0)) {
            if (stop.await(LOOK)) {
                return false;
            }
            feeder.rethrow();
            requireAlive();
            progress.run();
        }
        feeder.rethrow();
        progress.run();
        return true;
    }

    /** Takes no more tasks, lets leases finish within the grace, and hands out what is left. */
    List<DrainedTask<String>> drain(Duration grace) {
        return queue.drain(grace);
    }

    /** Waits until every event so far is safe on Kafka. */
    void awaitReplicated(Duration patience) throws InterruptedException {
        try {
            source.replicated().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            String reason = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
            throw new CommandFailure(ExitCode.FAILED, "Not every event reached Kafka: " + reason, e);
        } catch (TimeoutException e) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "Not every event reached Kafka within " + patience.toSeconds() + " s: safe up to position "
                            + source.replicatedUpTo() + ", " + source.health().bufferedEvents()
                            + " events are not. Check the cluster, and dispatch what the queue still held again.",
                    e);
        }
    }

    /** Why events do not reach Kafka now, or empty when they do. */
    Optional<String> notReady() {
        SourceHealth health = source.health();
        return health.ready()
                ? Optional.empty()
                : Optional.of("the source is " + health.state() + " since " + health.since()
                        + health.lastError().map(error -> ": " + error).orElse(""));
    }

    private void requireAlive() {
        if (!source.health().live()) {
            throw new CommandFailure(ExitCode.FAILED, notReady().orElse("The source has stopped."));
        }
    }

    TaskQueue<String> queue() {
        return queue;
    }

    ReplicationSource<String> source() {
        return source;
    }

    Tally tally() {
        return tally;
    }

    @Override
    public void close() {
        workers.close();
        source.close();
    }
}
