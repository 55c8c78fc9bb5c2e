package io.taskqueue.cli.dispatch;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.diagnostics.DiagnosticsServer;
import io.taskqueue.diagnostics.DispatcherEventFeed;
import io.taskqueue.queue.DrainedTask;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.SourceHealth;
import io.taskqueue.source.SourceStartException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A queue with its source and simulated workers: a dispatcher service, with tasks from a file.
 *
 * <p>{@link #dispatch} runs on the thread of the command; tasks are enqueued by a thread of their own, and each worker has one.
 */
public final class Dispatcher implements AutoCloseable {

    private static final Duration CHECK_INTERVAL = Duration.ofMillis(50);
    private static final int HEARTBEATS_PER_LEASE = 6;

    /**
     * The settings of a dispatcher.
     *
     * @param ownerPeer the process that is responsible for the tasks, or null
     */
    public record Settings(
            String queue,
            String topic,
            WorkerBehavior workers,
            Duration lease,
            @Nullable String ownerPeer,
            boolean createTopics) {}

    private final TaskQueue<String> queue;
    private final ReplicationSource<String> source;
    private final SimulatedWorkers workers;
    private final DispatchCounters counters;

    private Dispatcher(
            TaskQueue<String> queue,
            ReplicationSource<String> source,
            SimulatedWorkers workers,
            DispatchCounters counters) {
        this.queue = queue;
        this.source = source;
        this.workers = workers;
        this.counters = counters;
    }

    /**
     * Starts the source and the workers.
     *
     * @throws CommandFailedException if the source cannot start
     */
    public static Dispatcher start(
            Settings settings, Map<String, Object> kafka, MeterRegistry meters, RandomGenerator random)
            throws InterruptedException {
        DispatchCounters counters = new DispatchCounters();
        TaskQueue<String> queue = TaskQueue.<String>builder(settings.queue())
                .leaseDuration(settings.lease())
                .heartbeatInterval(settings.lease().dividedBy(HEARTBEATS_PER_LEASE))
                .listener(counters::count)
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
            SimulatedWorkers workers = SimulatedWorkers.start(queue, settings.workers(), settings.lease(), random);
            return new Dispatcher(queue, source, workers, counters);
        } catch (SourceStartException e) {
            queue.close();
            throw CommandFailedException.refused(e);
        } catch (RuntimeException | InterruptedException e) {
            queue.close();
            throw e;
        }
    }

    /**
     * Dispatches every task of the file.
     *
     * @param shutdown ends it early
     * @param progress called repeatedly
     * @return whether every task has ended; false where it was ended early
     * @throws CommandFailedException if the file cannot be read to its end, or the source has stopped
     */
    public boolean dispatch(TaskFileReader tasks, ShutdownSignal shutdown, Runnable progress)
            throws InterruptedException {
        TaskEnqueuer enqueuer = TaskEnqueuer.start(queue, tasks);
        while (!(enqueuer.ended() && counters.live() == 0)) {
            if (shutdown.await(CHECK_INTERVAL)) {
                return false;
            }
            requireLive();
            progress.run();
        }
        progress.run();
        return true;
    }

    /** Accepts no more tasks, lets leases finish within the grace, and returns the tasks that are left. */
    List<DrainedTask<String>> drain(Duration grace) {
        return queue.drain(grace);
    }

    /**
     * Waits until every event so far is acknowledged by Kafka.
     *
     * @throws CommandFailedException if that is not so within the timeout
     */
    public void awaitReplicated(Duration timeout) throws InterruptedException {
        try {
            source.replicated().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            String reason = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
            throw new CommandFailedException(ExitCode.FAILED, "Not every event reached Kafka: " + reason, e);
        } catch (TimeoutException e) {
            throw new CommandFailedException(
                    ExitCode.FAILED,
                    "Not every event reached Kafka within " + timeout.toSeconds() + " s: events are acknowledged up to "
                            + "position " + source.replicatedUpTo() + ", and "
                            + source.health().bufferedEvents()
                            + " events are not. Check the cluster, and dispatch the remaining tasks again.",
                    e);
        }
    }

    /** Configures a server to show the queue, its events, and whether they reach Kafka. */
    public void showOn(DiagnosticsServer.Builder diagnostics) {
        diagnostics
                .feed(new DispatcherEventFeed<>(queue, source, PayloadCodec.jsonText()))
                .ready("replication", this::replicationFailure);
    }

    /** Why events do not reach Kafka at the moment; empty when they do. */
    private Optional<String> replicationFailure() {
        SourceHealth health = source.health();
        return health.ready()
                ? Optional.empty()
                : Optional.of("the source is " + health.state() + " since " + health.since()
                        + health.reason().map(reason -> ": " + reason).orElse(""));
    }

    private void requireLive() {
        if (!source.health().live()) {
            throw new CommandFailedException(
                    ExitCode.FAILED, replicationFailure().orElse("The source has stopped."));
        }
    }

    /** The position up to which every event is acknowledged by Kafka. */
    String replicatedUpTo() {
        return source.replicatedUpTo().toString();
    }

    public DispatchCounters counters() {
        return counters;
    }

    /** Stops the workers, closes the queue, and waits for the last acknowledgements. */
    @Override
    public void close() {
        workers.close();
        source.close();
    }
}
