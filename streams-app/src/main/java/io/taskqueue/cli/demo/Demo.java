package io.taskqueue.cli.demo;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.cli.dispatch.DispatchCounters;
import io.taskqueue.cli.dispatch.Dispatcher;
import io.taskqueue.cli.dispatch.TaskFileReader;
import io.taskqueue.cli.dispatch.WorkerBehavior;
import io.taskqueue.cli.replay.ReplayPlan;
import io.taskqueue.cli.replay.ReplayReport;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.Progress;
import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.cli.shared.ThreadFailures;
import io.taskqueue.cli.shared.TopicOffsets;
import io.taskqueue.cli.sink.SinkIdleMonitor;
import io.taskqueue.event.Position;
import io.taskqueue.queue.Ticker;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.sinks.HttpSinkFactory;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.admin.SinkReplays;
import io.taskqueue.streams.replay.ReplayCounts;
import io.taskqueue.streams.replay.ReplayMode;
import io.taskqueue.streams.replay.ReplayOrder;
import io.taskqueue.streams.replay.Selection;
import io.taskqueue.streams.status.SinkStatus;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;

/**
 * What the product does, once, on a broker of its own: a dispatcher publishes events, a sink calls the target for each, and then
 * the sink replays all of them without a call.
 */
final class Demo implements AutoCloseable {

    private static final String QUEUE = "mirror";
    private static final String SINK = "mirror-target";
    private static final String TOPIC = ReplicationSource.DEFAULT_TOPIC;
    private static final Duration LEASE = Duration.ofSeconds(1);
    private static final Duration REPLICATION_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration IDLE_DURATION = Duration.ofMillis(100);

    /** Is notified of the steps of the demo, on its thread. */
    interface Listener {
        void dispatcherStarted(Dispatcher dispatcher);

        void sinkStarted(SinkService sink);

        Progress stepStarted(String name);

        /** The demo is complete; the dispatcher and the sink run until this returns. */
        void completed(DemoResult result) throws InterruptedException;
    }

    /**
     * The time and the randomness that a demo uses.
     *
     * @param clock the time of the replay's order
     * @param ticker measures how long the demo takes
     * @param random decides which attempts of the workers succeed
     */
    record Environment(Clock clock, Ticker ticker, RandomGenerator random) {}

    /**
     * What the demo does with the tasks.
     *
     * @param workers how the workers behave
     * @param partitions the number of partitions of the event topic
     */
    record Load(WorkerBehavior workers, int partitions) {}

    private final Map<String, Object> kafka;
    private final Path stateDirectory;
    private final MeterRegistry meters;
    private final Environment environment;
    private final LedgerTarget target = LedgerTarget.start();
    private final Admin admin;

    Demo(String bootstrapServers, Path stateDirectory, MeterRegistry meters, Environment environment) {
        this.kafka = Map.of("bootstrap.servers", bootstrapServers);
        this.stateDirectory = stateDirectory;
        this.meters = meters;
        this.environment = environment;
        this.admin = Admin.create(kafka);
    }

    /** @throws CommandFailedException if a step fails, or the process is asked to end before the tasks have ended */
    DemoResult run(TaskFileReader tasks, Load load, ShutdownSignal shutdown, Listener listener)
            throws InterruptedException, ExecutionException {
        long begin = environment.ticker().nanos();
        var settings =
                new Dispatcher.Settings(QUEUE, load.workers(), LEASE, source -> source.ownerPeer("mirror-workers")
                        .partitions(load.partitions()));
        try (ThreadFailures failures = ThreadFailures.listen();
                Dispatcher dispatcher = Dispatcher.start(settings, kafka, meters, environment.random(), failures)) {
            listener.dispatcherStarted(dispatcher);
            DispatchCounters counters = dispatcher.counters();
            SinkStatus first;
            try (SinkService sink = startSink()) {
                listener.sinkStarted(sink);
                try (Progress progress = listener.stepStarted("dispatching tasks")) {
                    Runnable update = () -> progress.update(counters.ended(), counters.enqueued());
                    if (!dispatcher.dispatch(tasks, shutdown, update)) {
                        throw new CommandFailedException(
                                ExitCode.FAILED, "The demo was stopped before every task had ended.");
                    }
                }
                dispatcher.awaitReplicated(REPLICATION_TIMEOUT);
                first = awaitIdle(
                        sink, shutdown, listener.stepStarted("applying events at the sink"), counters.total());
            }
            long published = publishedEvents();
            long calls = target.calls();
            long keys = target.keys();

            orderReplay();
            try (SinkService again = startSink()) {
                listener.sinkStarted(again);
                SinkStatus second = awaitIdle(again, shutdown, listener.stepStarted("replaying"), counters.total());
                DemoResult result = new DemoResult(
                        counters.enqueued(),
                        counters.byName(),
                        published,
                        applied(first),
                        new DemoResult.Effects(
                                first.effects().run(), first.effects().reused()),
                        new DemoResult.Target(calls, keys),
                        new DemoResult.Replay(receipt(second), target.calls() - calls),
                        Duration.ofNanos(environment.ticker().nanos() - begin).toMillis() / 1000.0);
                listener.completed(result);
                return result;
            }
        }
    }

    /** The same as {@code taskqueue replay --to-earliest --execute}. */
    private void orderReplay() throws InterruptedException, ExecutionException {
        SinkReplays replays = new SinkReplays(kafka, SINK);
        ReplayOrder order = new ReplayOrder(
                UUID.randomUUID(),
                ReplayPlan.nextNumber(replays),
                ReplayMode.RECORDED_ONLY,
                Selection.ALL,
                "demo",
                environment.clock().instant());
        ReplayPlan.compute(admin, SINK, TOPIC, ReplayPlan.Target.earliest()).execute(admin, replays, order);
    }

    private static ReplayCounts receipt(SinkStatus status) {
        return ReplayReport.ofInstance(SINK, status.replays())
                .filter(ReplayReport::complete)
                .map(ReplayReport::counts)
                .orElseThrow(() ->
                        new CommandFailedException(ExitCode.FAILED, "The replay of the demo has no complete receipt."));
    }

    private SinkService startSink() {
        HttpSinkFactory factory = new HttpSinkFactory();
        Map<String, String> configuration = Map.of("url", target.uri().toString());
        return SinkService.builder(SINK, factory.create(configuration), factory.codec())
                .fingerprint("http " + factory.target(configuration)) // as of the command
                .kafka(kafka)
                .topic(TOPIC)
                .stateDirectory(stateDirectory)
                .retry(factory.retry(configuration))
                .metrics(meters)
                .kafkaMetrics(true)
                .start();
    }

    private SinkStatus awaitIdle(SinkService sink, ShutdownSignal shutdown, Progress step, long events)
            throws InterruptedException {
        try (step) {
            Consumer<SinkStatus> update = status -> step.update(applied(status), events);
            new SinkIdleMonitor(admin, kafka, TOPIC, sink).awaitIdle(IDLE_DURATION, shutdown, update);
        }
        return sink.status();
    }

    /** The number of task events in Kafka, read from the topic: each position once, without SourceStarted. */
    private long publishedEvents() throws InterruptedException {
        Set<Position> positions = new HashSet<>();
        TopicOffsets topic = TopicOffsets.find(admin, TOPIC);
        topic.read(kafka, topic.offsets(OffsetSpec.earliest()), record -> EventHeaders.read(record.headers())
                .map(EventHeaders::position)
                .filter(position -> position.sequence() > 0)
                .ifPresent(positions::add));
        return positions.size();
    }

    private static long applied(SinkStatus status) {
        return status.queues().stream()
                .mapToLong(queue -> queue.counts().applied())
                .sum();
    }

    @Override
    public void close() {
        admin.close();
        target.close();
    }
}
