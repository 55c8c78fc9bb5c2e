package io.taskqueue.cli.canary;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.ThreadFailures;
import io.taskqueue.cli.sink.SinkDiagnostics;
import io.taskqueue.cli.sink.SinkIdleMonitor;
import io.taskqueue.diagnostics.DiagnosticsServer;
import io.taskqueue.metrics.CanaryMeters;
import io.taskqueue.metrics.CanaryMeters.Stage;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.LeaseLostException;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.queue.Ticker;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.source.CloseReport;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.SourceHealth;
import io.taskqueue.source.SourceStartException;
import io.taskqueue.source.recovery.Recovery;
import io.taskqueue.streams.SinkService;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A queue, its source, a worker and a sink in one process, through which probes go. {@link #probe} runs on the thread of the command; the
 * worker has a thread.
 *
 * <pre>
 *   probe() --&gt; TaskQueue --&gt; worker                         LEASED, COMPLETED
 *                  |
 *           ReplicationSource --&gt; Kafka                      DURABLE
 *                                    +--&gt; SinkService        EFFECT
 * </pre>
 */
final class Canary implements AutoCloseable {

    private static final PayloadCodec<String> PAYLOAD = PayloadCodec.utf8();

    /** The queue has room for all probes, and for the tasks that an earlier process left. */
    private static final int CAPACITY = 2 * Probes.MOST;

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    /**
     * The settings of a canary.
     *
     * @param overdueAfter how long a probe may take
     * @param source further settings of the source
     * @param sink further settings of the sink
     */
    record Settings(
            String queue,
            String name,
            Duration overdueAfter,
            Consumer<ReplicationSource.Builder<String>> source,
            Consumer<SinkService.Builder<String>> sink) {}

    /** How probes are measured. */
    private record Measured(Probes probes, CanaryMeters meters, Ticker ticker, Duration overdueAfter) {}

    private final TaskQueue<String> queue;
    private final ReplicationSource<String> source;
    private final SinkService sink;
    private final Probes probes;
    private final CanaryMeters meters;
    private final ThreadFailures failures;
    private final Ticker ticker;
    private final Duration overdueAfter;
    private final long startedNanos;
    private boolean begun;
    private long sequence;

    private Canary(ReplicationSource<String> source, SinkService sink, Measured measured, ThreadFailures failures) {
        this.queue = source.queue();
        this.source = source;
        this.sink = sink;
        this.probes = measured.probes();
        this.meters = measured.meters();
        this.ticker = measured.ticker();
        this.overdueAfter = measured.overdueAfter();
        this.startedNanos = ticker.nanos();
        this.failures = failures;
    }

    /**
     * Starts the source, which takes over the tasks that an earlier process left, then the sink and the worker.
     *
     * @throws CommandFailedException if the source or the sink cannot start
     */
    static Canary start(
            Settings settings,
            Map<String, Object> kafka,
            MeterRegistry registry,
            Ticker ticker,
            ThreadFailures failures)
            throws InterruptedException {
        CanaryMeters meters = new CanaryMeters(registry, settings.queue());
        Probes probes = new Probes(meters, ticker, settings.overdueAfter());
        ReplicationSource<String> source = startSource(settings, kafka, registry);
        try {
            SinkService sink = startSink(settings, kafka, registry, probes);
            Measured measured = new Measured(probes, meters, ticker, settings.overdueAfter());
            Canary canary = new Canary(source, sink, measured, failures);
            Thread unused = failures.start("canary-worker", canary::work);
            return canary;
        } catch (RuntimeException e) {
            var unused = source.close(CLOSE_TIMEOUT);
            throw e;
        }
    }

    private static ReplicationSource<String> startSource(
            Settings settings, Map<String, Object> kafka, MeterRegistry registry) throws InterruptedException {
        TaskQueue<String> queue =
                TaskQueue.<String>builder(settings.queue()).capacity(CAPACITY).build();
        try {
            var builder = ReplicationSource.builder(queue, PAYLOAD)
                    .kafka(kafka)
                    .sourcePeer("canary-" + ProcessHandle.current().pid())
                    .recover(Recovery.standard())
                    .metrics(registry)
                    .kafkaMetrics(true);
            settings.source().accept(builder);
            return builder.start();
        } catch (SourceStartException e) {
            queue.close();
            throw CommandFailedException.refused(e);
        } catch (RuntimeException | InterruptedException e) {
            queue.close();
            throw e;
        }
    }

    private static SinkService startSink(
            Settings settings, Map<String, Object> kafka, MeterRegistry registry, Probes probes) {
        try {
            var builder = SinkService.builder(settings.name(), new CanarySink(settings.queue(), probes), PAYLOAD)
                    .kafka(kafka)
                    .queues(settings.queue())
                    .fingerprint("canary " + settings.queue())
                    .metrics(registry)
                    .kafkaMetrics(true)
                    .reportedLatencies(probes::latencies);
            settings.sink().accept(builder);
            return builder.start();
        } catch (SinkStoppedException e) {
            throw CommandFailedException.refused(e);
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Whether probes can be begun: the sink is ready, or has had as long to become it as a probe may take. What a probe waited for a sink
     * that only starts would be the time of the start.
     */
    boolean begins() {
        begun = begun || sink.ready() || ticker.nanos() - startedNanos >= overdueAfter.toNanos();
        return begun;
    }

    /** Begins a probe, unless too many have not ended. */
    void probe() {
        String id = source.instanceId() + "/" + ++sequence;
        if (!probes.begin(id)) {
            return;
        }
        try {
            if (queue.tryEnqueue(id).isEmpty()) {
                probes.refused(id);
                return;
            }
        } catch (QueueClosedException e) {
            probes.refused(id);
            return;
        }
        var unused = source.replicated().whenComplete((position, failure) -> {
            if (failure == null) {
                probes.reached(id, Stage.DURABLE);
            }
        });
    }

    private void work() {
        try {
            while (true) {
                attempt(queue.lease());
            }
        } catch (QueueClosedException e) {
            // no more tasks will come
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void attempt(Lease<String> lease) {
        probes.reached(lease.payload(), Stage.LEASED);
        try {
            lease.complete();
            probes.reached(lease.payload(), Stage.COMPLETED);
        } catch (LeaseLostException e) {
            // the queue requeues the task
        }
    }

    Probes probes() {
        return probes;
    }

    /** @throws CommandFailedException if the source, the sink or the worker has stopped, so that no probe ends any more */
    void requireRunning() {
        failures.requireNone();
        SourceHealth health = source.health();
        if (!health.live()) {
            throw new CommandFailedException(
                    ExitCode.FAILED,
                    health.lastError().orElse("The source of queue " + queue.name() + " has stopped."));
        }
        SinkIdleMonitor.requireNotFailed(sink.status());
    }

    /** Configures a server to show the events at the sink, and whether probes arrive. */
    void showOn(DiagnosticsServer.Builder diagnostics) {
        new SinkDiagnostics<>(sink, PAYLOAD).showOn(diagnostics);
        diagnostics
                .ready("probes", probes::failure)
                .ready("source", this::sourceFailure)
                .live("source", () -> source.health().live() ? Optional.empty() : sourceFailure());
    }

    private Optional<String> sourceFailure() {
        SourceHealth health = source.health();
        return health.ready()
                ? Optional.empty()
                : Optional.of("the source is " + health.state() + " since " + health.since()
                        + health.reason().map(reason -> ": " + reason).orElse(""));
    }

    /** Stops the source and then the sink; what Kafka does not acknowledge in time is abandoned, because it is synthetic. */
    CloseReport stop() {
        CloseReport closed = source.close(CLOSE_TIMEOUT);
        sink.close();
        meters.close();
        return closed;
    }

    @Override
    public void close() {
        var unused = stop();
    }
}
