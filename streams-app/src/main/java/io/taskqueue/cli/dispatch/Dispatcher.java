package io.taskqueue.cli.dispatch;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.cli.shared.ThreadFailures;
import io.taskqueue.diagnostics.DiagnosticsServer;
import io.taskqueue.diagnostics.DispatcherEventFeed;
import io.taskqueue.event.Position;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.QueueSnapshot;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.source.CloseReport;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.SourceGroup;
import io.taskqueue.source.SourceHealth;
import io.taskqueue.source.SourceStartException;
import io.taskqueue.source.recovery.AbandonedTasks;
import io.taskqueue.source.recovery.RecoveryReport;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A queue with its source and simulated workers: a dispatcher service, with tasks from a file.
 *
 * <p>{@link #dispatch} runs on the thread of the command; tasks are enqueued by a thread of their own, and each worker has one. What
 * ends one of these threads ends {@link #dispatch} with a failure.
 */
public final class Dispatcher implements AutoCloseable {

    private static final Duration CHECK_INTERVAL = Duration.ofMillis(50);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);
    private static final int HEARTBEATS_PER_LEASE = 6;

    /**
     * The settings of a dispatcher.
     *
     * @param configure further settings of the source
     */
    public record Settings(
            String queue, WorkerBehavior workers, Duration lease, Consumer<ReplicationSource.Builder<?>> configure) {}

    private final TaskQueue<String> queue;
    private final ReplicationSource<String> source;
    private final SimulatedWorkers workers;
    private final DispatchCounters counters;
    private final ThreadFailures failures;
    private @Nullable TaskEnqueuer enqueuer;

    private Dispatcher(
            TaskQueue<String> queue,
            ReplicationSource<String> source,
            SimulatedWorkers workers,
            DispatchCounters counters,
            ThreadFailures failures) {
        this.queue = queue;
        this.source = source;
        this.workers = workers;
        this.counters = counters;
        this.failures = failures;
    }

    /**
     * Starts the source and the workers.
     *
     * @param failures records what ends one of the threads
     * @throws CommandFailedException if the source cannot start
     */
    public static Dispatcher start(
            Settings settings,
            Map<String, Object> kafka,
            MeterRegistry meters,
            RandomGenerator random,
            ThreadFailures failures)
            throws InterruptedException {
        return start(
                settings,
                builder -> builder.kafka(kafka)
                        .sourcePeer(peer())
                        .closeTimeout(CLOSE_TIMEOUT)
                        .metrics(meters)
                        .kafkaMetrics(true),
                random,
                failures);
    }

    /** Starts the source in a group and the workers, as {@link #start} does for a queue alone. */
    static Dispatcher startIn(SourceGroup group, Settings settings, RandomGenerator random, ThreadFailures failures)
            throws InterruptedException {
        return start(settings, builder -> builder.group(group), random, failures);
    }

    /** A group with the settings that the source of a queue alone has. */
    static SourceGroup.Builder group(Map<String, Object> kafka, MeterRegistry meters) {
        return SourceGroup.builder()
                .kafka(kafka)
                .sourcePeer(peer())
                .closeTimeout(CLOSE_TIMEOUT)
                .metrics(meters)
                .kafkaMetrics(true);
    }

    private static String peer() {
        return "dispatcher-" + ProcessHandle.current().pid();
    }

    private static Dispatcher start(
            Settings settings,
            Consumer<ReplicationSource.Builder<?>> shared,
            RandomGenerator random,
            ThreadFailures failures)
            throws InterruptedException {
        DispatchCounters counters = new DispatchCounters();
        TaskQueue<String> queue = TaskQueue.<String>builder(settings.queue())
                .leaseDuration(settings.lease())
                .heartbeatInterval(settings.lease().dividedBy(HEARTBEATS_PER_LEASE))
                .listener(counters::count)
                .build();
        try {
            var builder = ReplicationSource.builder(queue, TaskFileReader.PAYLOAD);
            shared.accept(builder);
            settings.configure().accept(builder);
            ReplicationSource<String> source = builder.start();
            SimulatedWorkers workers =
                    SimulatedWorkers.start(queue, settings.workers(), settings.lease(), random, failures);
            return new Dispatcher(queue, source, workers, counters, failures);
        } catch (SourceStartException e) {
            queue.close();
            throw CommandFailedException.refused(e);
        } catch (RuntimeException | InterruptedException e) {
            queue.close();
            throw e;
        }
    }

    /**
     * Dispatches every task of the file. If the file cannot be read to its end, what was read is dispatched all the same.
     *
     * @param shutdown ends it early
     * @param progress called repeatedly
     * @return whether every task has ended; false where it was ended early
     * @throws CommandFailedException if the file cannot be read to its end, the source has stopped, or one of the threads has
     */
    public boolean dispatch(TaskFileReader tasks, ShutdownSignal shutdown, Runnable progress)
            throws InterruptedException {
        return dispatch(tasks, TaskRate.unlimited(), shutdown, progress);
    }

    /** As {@link #dispatch(TaskFileReader, ShutdownSignal, Runnable)}, but no faster than at the rate. */
    boolean dispatch(TaskFileReader tasks, TaskRate rate, ShutdownSignal shutdown, Runnable progress)
            throws InterruptedException {
        TaskEnqueuer reading = TaskEnqueuer.start(queue, tasks, rate, failures);
        enqueuer = reading;
        while (!(reading.ended() && counters.live() == 0)) {
            if (shutdown.await(CHECK_INTERVAL)) {
                return false;
            }
            requireRunning();
            progress.run();
        }
        requireRunning();
        progress.run();
        reading.requireReadToTheEnd();
        return true;
    }

    /** @throws CommandFailedException if one of the threads was ended by a throwable */
    void requireThreads() {
        failures.requireNone();
    }

    /** @throws CommandFailedException if the source has stopped, or one of the threads was ended by a throwable */
    void requireRunning() {
        requireThreads();
        if (!source.health().live()) {
            throw new CommandFailedException(
                    ExitCode.FAILED,
                    source.health().lastError().orElse("The source of queue " + queue.name() + " has stopped."));
        }
    }

    /** What the queue had when this dispatcher took it over; empty if it was started without a recovery. */
    public Optional<RecoveryReport> recovery() {
        return source.recovery();
    }

    /** Sets the input behind the last line whose task is on the topic, if this dispatcher was started with a recovery. */
    public void continueInput(TaskFileReader tasks) throws IOException {
        Optional<LineKey> last =
                source.recovery().flatMap(RecoveryReport::lastKey).flatMap(LineKey::parse);
        if (last.isPresent()) {
            tasks.continueBehind(last.get());
        }
    }

    /** The epoch of its source. */
    public long epoch() {
        return source.replicatedUpTo().epoch();
    }

    /** The live tasks of earlier dispatchers that this one does not work on; empty until they are counted. */
    Optional<AbandonedTasks> abandoned() {
        return source.abandoned();
    }

    /** Reads and accepts no more tasks, lets leases finish within the grace, and returns the tasks that have not ended. */
    RemainingTasks drain(TaskFileReader tasks, Duration grace) throws InterruptedException {
        List<TaskLine> notEnqueued = stopReading();
        return new RemainingTasks(0, drained(grace), notEnqueued, tasks.keyName(), nextLine(tasks));
    }

    /**
     * Reads and accepts no more tasks, lets leases finish within the grace, and leaves the tasks that have not ended on the topic, for
     * the next owner of the queue.
     */
    RemainingTasks handOver(TaskFileReader tasks, Duration grace) throws InterruptedException {
        List<TaskLine> notEnqueued = stopReading();
        return new RemainingTasks(handedOver(grace), List.of(), notEnqueued, tasks.keyName(), nextLine(tasks));
    }

    private List<TaskLine> stopReading() throws InterruptedException {
        TaskEnqueuer reading = enqueuer;
        return reading == null ? List.of() : reading.stop();
    }

    private long nextLine(TaskFileReader tasks) {
        TaskEnqueuer reading = enqueuer;
        return reading == null ? tasks.nextLine() : reading.nextLine();
    }

    private List<RemainingTask> drained(Duration grace) {
        try {
            return queue.drain(grace).stream()
                    .map(drained -> RemainingTask.of(drained.task()))
                    .toList();
        } catch (QueueClosedException e) {
            // the source has stopped its queue, and records nothing any more
            return queue.snapshot().tasks().stream()
                    .filter(entry -> entry.state() != QueueSnapshot.State.DEAD)
                    .map(entry -> RemainingTask.of(entry.task()))
                    .toList();
        }
    }

    private int handedOver(Duration grace) {
        try {
            return queue.handOver(grace);
        } catch (QueueClosedException e) {
            return 0; // the source has stopped its queue: another one owns its tasks already
        }
    }

    /** Completes when every event so far is confirmed, and fails if the source ends before. */
    CompletableFuture<Position> replicated() {
        return source.replicated();
    }

    SourceHealth health() {
        return source.health();
    }

    /**
     * Waits until every event so far is acknowledged by Kafka.
     *
     * @throws CommandFailedException if that is not so within the timeout
     */
    public void awaitReplicated(Duration timeout) throws InterruptedException {
        try {
            replicated().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            String reason = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
            throw new CommandFailedException(ExitCode.FAILED, "Not every event reached Kafka: " + reason, e);
        } catch (TimeoutException e) {
            throw new CommandFailedException(
                    ExitCode.FAILED,
                    "Kafka has not acknowledged " + source.health().bufferedEvents() + " events within "
                            + timeout.toSeconds() + " s; they are acknowledged up to position "
                            + source.replicatedUpTo() + ". Check the cluster.",
                    e);
        }
    }

    /** Configures a server to show the queue, its events, and whether they reach Kafka. */
    public void showOn(DiagnosticsServer.Builder diagnostics) {
        showOn(diagnostics, "replication");
    }

    /** As {@link #showOn(DiagnosticsServer.Builder)}, with a name of its checks that no other queue of the process has. */
    void showOn(DiagnosticsServer.Builder diagnostics, String check) {
        diagnostics
                .feed(new DispatcherEventFeed<>(queue, source, TaskFileReader.PAYLOAD))
                .ready(check, this::replicationFailure)
                .live(check, () -> source.health().live() ? Optional.empty() : replicationFailure());
    }

    /** Why events do not reach Kafka at the moment; empty when they do. */
    private Optional<String> replicationFailure() {
        SourceHealth health = source.health();
        return health.ready()
                ? Optional.empty()
                : Optional.of("the source is " + health.state() + " since " + health.since()
                        + health.reason().map(reason -> ": " + reason).orElse(""));
    }

    public DispatchCounters counters() {
        return counters;
    }

    /** Stops the workers, closes the queue, and waits for the last acknowledgements, no longer than the timeout. */
    CloseReport close(Duration timeout) {
        workers.close();
        return source.close(timeout);
    }

    /** Stops the workers, closes the queue, and waits for the last acknowledgements. */
    @Override
    public void close() {
        var unused = close(CLOSE_TIMEOUT);
    }
}
