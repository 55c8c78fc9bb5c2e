package io.taskqueue.cli.demo;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.cli.dispatch.DispatchCounters;
import io.taskqueue.cli.dispatch.Dispatcher;
import io.taskqueue.cli.dispatch.TaskFileReader;
import io.taskqueue.cli.dispatch.WorkerBehavior;
import io.taskqueue.cli.replay.ReplayPlan;
import io.taskqueue.cli.replay.ReplayReport;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExistingTopic;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.Progress;
import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.cli.shared.ThreadFailures;
import io.taskqueue.cli.sink.SinkIdleMonitor;
import io.taskqueue.kafka.TopicOffsets;
import io.taskqueue.queue.Ticker;
import io.taskqueue.sinks.HttpSinkFactory;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.recovery.Recovery;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.admin.ReplayMove;
import io.taskqueue.streams.admin.SinkReplays;
import io.taskqueue.streams.replay.ReplayCounts;
import io.taskqueue.streams.replay.ReplayMode;
import io.taskqueue.streams.replay.ReplayOrder;
import io.taskqueue.streams.replay.Selection;
import io.taskqueue.streams.status.SinkStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;

/**
 * What the product does, once, on a broker of its own: a dispatcher publishes events, a sink calls the target for each, the dispatcher is
 * killed, another one recovers its tasks and dispatches the rest, and then the sink replays all events without a call.
 */
final class Demo implements AutoCloseable {

    private static final String QUEUE = "mirror";
    private static final String SINK = "mirror-target";
    private static final String TOPIC = ReplicationSource.DEFAULT_TOPIC;
    private static final Duration LEASE = Duration.ofSeconds(1);
    private static final Duration REPLICATION_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration IDLE_DURATION = Duration.ofMillis(100);
    private static final String OWNER = "mirror-workers";

    /** By then the queue of the first dispatcher is full, and some of its tasks have ended. */
    private static final long EVENTS_BEFORE_KILL = 1_000;

    private static final Duration SLOW_WORK = Duration.ofMillis(50);
    private static final Duration KILL_CHECK_INTERVAL = Duration.ofMillis(20);

    /** Is notified of the steps of the demo, on its thread. */
    interface Listener {
        void dispatcherStarted(Dispatcher dispatcher);

        void sinkStarted(SinkService sink);

        Progress stepStarted(String name);

        /** The demo is complete; the dispatcher and the sink run until this returns. */
        void completed(DemoResult result) throws InterruptedException;
    }

    /**
     * The time, the randomness and the program that a demo uses.
     *
     * @param clock the time of the replay's order
     * @param ticker measures how long the demo takes
     * @param random decides which attempts of the workers succeed
     * @param main the main class of the commands, for the process of the dispatcher that is killed
     */
    record Environment(Clock clock, Ticker ticker, RandomGenerator random, String main) {}

    /**
     * What the demo does with the tasks.
     *
     * @param workers how the workers behave
     * @param partitions the number of partitions of the event topic
     */
    record Load(WorkerBehavior workers, int partitions) {}

    private final Map<String, Object> kafka;
    private final String bootstrapServers;
    private final Path directory;
    private final MeterRegistry meters;
    private final Environment environment;
    private final LedgerTarget target = LedgerTarget.start();
    private final Admin admin;

    Demo(String bootstrapServers, Path directory, MeterRegistry meters, Environment environment) {
        this.kafka = Map.of("bootstrap.servers", bootstrapServers);
        this.bootstrapServers = bootstrapServers;
        this.directory = directory;
        this.meters = meters;
        this.environment = environment;
        this.admin = Admin.create(kafka);
    }

    /** @throws CommandFailedException if a step fails, or the process is asked to end before the tasks have ended */
    DemoResult run(TaskFileReader tasks, Load load, ShutdownSignal shutdown, Listener listener)
            throws InterruptedException, ExecutionException, IOException {
        long begin = environment.ticker().nanos();
        Path input = directory.resolve("tasks.ndjson");
        long count = tasks.copyTo(input); // the input is read twice, and may be a pipe
        if (count == 0) {
            throw new CommandFailedException(
                    ExitCode.USAGE, "The input has no task, but the demo needs one. Pass another file with --tasks.");
        }
        // the sink first: its start takes longer than the first dispatcher may live
        try (SinkService sink = startSink(load);
                ChildDispatcher first = startFirst(input, load)) {
            listener.sinkStarted(sink);
            killWhileDispatching(first, count, shutdown, listener);
            try (ThreadFailures failures = ThreadFailures.listen();
                    Dispatcher second = startSecond(load, failures)) {
                listener.dispatcherStarted(second);
                dispatchRest(second, input, shutdown, listener);
                TopicCounts published = TopicCounts.read(ExistingTopic.find(admin, TOPIC), kafka);
                SinkStatus applied = awaitIdleAndStop(sink, published.total(), shutdown, listener);
                long calls = target.calls();
                long keys = target.keys();

                orderReplay();
                try (SinkService again = startSink(load)) {
                    listener.sinkStarted(again);
                    SinkStatus replayed =
                            awaitIdle(again, shutdown, listener.stepStarted("replaying"), published.total());
                    DemoResult result = new DemoResult(
                            count,
                            new DemoResult.Topic(published.byName(), published.total(), applied(applied)),
                            killed(published, second),
                            successor(published, second),
                            new DemoResult.Effects(
                                    applied.effects().run(), applied.effects().reused()),
                            new DemoResult.Target(calls, keys),
                            new DemoResult.Replay(receipt(replayed), target.calls() - calls),
                            Duration.ofNanos(environment.ticker().nanos() - begin)
                                            .toMillis()
                                    / 1000.0);
                    listener.completed(result);
                    return result;
                }
            }
        }
    }

    /** The first dispatcher is a process of its own. Its workers take their time, so that it is killed long before it is done. */
    private ChildDispatcher startFirst(Path input, Load load) throws IOException {
        WorkerBehavior slow = new WorkerBehavior(
                load.workers().count(), SLOW_WORK, load.workers().failRate());
        return ChildDispatcher.start(
                new ChildDispatcher.Settings(environment.main(), bootstrapServers, QUEUE, input, slow, LEASE),
                directory,
                List.of("--owner-peer", OWNER, "--partitions", String.valueOf(load.partitions())));
    }

    private void killWhileDispatching(ChildDispatcher first, long tasks, ShutdownSignal shutdown, Listener listener)
            throws InterruptedException, IOException {
        long enough = Math.min(tasks, EVENTS_BEFORE_KILL);
        try (first;
                Progress progress = listener.stepStarted("dispatching tasks, until kill -9")) {
            TopicOffsets topic = ExistingTopic.find(admin, TOPIC);
            for (long events = end(topic); events < enough; events = end(topic)) {
                progress.update(events, enough);
                first.requireRunning();
                if (shutdown.await(KILL_CHECK_INTERVAL)) {
                    throw stopped();
                }
            }
            first.requireRunning();
            first.kill();
            progress.update(enough, enough);
        }
    }

    private static long end(TopicOffsets topic) throws InterruptedException {
        return topic.offsets(OffsetSpec.latest()).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    private Dispatcher startSecond(Load load, ThreadFailures failures) throws InterruptedException {
        var settings = new Dispatcher.Settings(QUEUE, load.workers(), LEASE, source -> source.ownerPeer(OWNER)
                .partitions(load.partitions())
                .recover(Recovery.standard()));
        return Dispatcher.start(settings, kafka, meters, environment.random(), failures);
    }

    private static void dispatchRest(Dispatcher second, Path input, ShutdownSignal shutdown, Listener listener)
            throws InterruptedException, IOException {
        DispatchCounters counters = second.counters();
        try (Progress progress = listener.stepStarted("dispatching recovered tasks and the rest");
                TaskFileReader tasks =
                        TaskFileReader.open(input.toString(), TaskFileReader.Settings.defaults(), message -> {})) {
            second.continueInput(tasks);
            if (!second.dispatch(tasks, shutdown, () -> progress.update(counters.ended(), counters.tasks()))) {
                throw stopped();
            }
        }
        second.awaitReplicated(REPLICATION_TIMEOUT);
    }

    private static CommandFailedException stopped() {
        return new CommandFailedException(ExitCode.FAILED, "The demo was stopped before every task had ended.");
    }

    private static DemoResult.Killed killed(TopicCounts published, Dispatcher second) {
        TopicCounts ofFirst = published.before(second.epoch());
        return new DemoResult.Killed(ofFirst.total(), ofFirst.live());
    }

    private static DemoResult.Successor successor(TopicCounts published, Dispatcher second) {
        return new DemoResult.Successor(
                second.counters().restored(),
                second.counters().total(),
                published.from(second.epoch()).total());
    }

    private SinkStatus awaitIdleAndStop(SinkService sink, long events, ShutdownSignal shutdown, Listener listener)
            throws InterruptedException {
        SinkStatus status = awaitIdle(sink, shutdown, listener.stepStarted("applying events at the sink"), events);
        sink.close();
        return status;
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
        ReplayPlan.compute(admin, SINK, TOPIC, ReplayMove.Target.earliest()).execute(admin, replays, order);
    }

    private static ReplayCounts receipt(SinkStatus status) {
        return ReplayReport.ofInstance(SINK, status.replays())
                .filter(ReplayReport::complete)
                .map(ReplayReport::counts)
                .orElseThrow(() ->
                        new CommandFailedException(ExitCode.FAILED, "The replay of the demo has no complete receipt."));
    }

    private SinkService startSink(Load load) {
        HttpSinkFactory factory = new HttpSinkFactory();
        Map<String, String> configuration = Map.of("url", target.uri().toString());
        return SinkService.builder(SINK, factory.create(configuration), factory.codec())
                .fingerprint("http " + factory.target(configuration)) // as of the command
                .kafka(kafka)
                .topic(TOPIC)
                .createTopic(load.partitions(), -1)
                .stateDirectory(directory.resolve("state"))
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
