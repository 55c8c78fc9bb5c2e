package io.taskqueue.cli;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.event.Position;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.sinks.HttpSinkFactory;
import io.taskqueue.streams.QueueStatus;
import io.taskqueue.streams.ReplayCounts;
import io.taskqueue.streams.ReplayMode;
import io.taskqueue.streams.ReplayOrder;
import io.taskqueue.streams.Selection;
import io.taskqueue.streams.SinkReplays;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.SinkStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;

/**
 * The main job on a broker of its own: a dispatcher publishes, a sink calls the target, and then the sink sees everything again.
 */
final class Demo implements AutoCloseable {

    static final String QUEUE = "mirror";
    static final String SINK = "mirror-target";

    private static final String TOPIC = "taskqueue.events";
    private static final Duration LEASE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration SETTLED = Duration.ofMillis(100);

    /** What the story is told to. */
    interface Listener {
        void dispatcherStarted(Dispatcher dispatcher);

        void sinkStarted(SinkService sink);

        Progress step(String name);

        /** Everything is done; the dispatcher and the sink still run until this returns. */
        void finished(DemoResult result) throws InterruptedException;
    }

    private final Map<String, Object> kafka;
    private final Path state;
    private final MeterRegistry meters;
    private final LedgerTarget target = LedgerTarget.start();
    private final Admin admin;

    Demo(String bootstrapServers, Path state, MeterRegistry meters) {
        this.kafka = Map.of("bootstrap.servers", bootstrapServers);
        this.state = state;
        this.meters = meters;
        this.admin = Admin.create(kafka);
    }

    DemoResult run(TaskLines lines, Workers.Habits habits, StopSignal stop, Listener listener)
            throws IOException, InterruptedException, ExecutionException {
        Clock clock = Clock.systemUTC();
        Instant begin = clock.instant();
        var settings = new Dispatcher.Settings(QUEUE, TOPIC, habits, LEASE, "mirror-workers", true);
        try (Dispatcher dispatcher = Dispatcher.start(settings, kafka, meters)) {
            listener.dispatcherStarted(dispatcher);
            Tally tally = dispatcher.tally();
            SinkStatus first;
            try (SinkService sink = startSink(meters)) {
                listener.sinkStarted(sink);
                try (Progress progress = listener.step("dispatching tasks")) {
                    if (!dispatcher.dispatch(lines, stop, () -> progress.at(tally.done(), tally.enqueued()))) {
                        throw new CommandFailure(ExitCode.FAILED, "The demo was stopped before its tasks had ended.");
                    }
                }
                dispatcher.awaitReplicated(PATIENCE);
                first = settle(sink, stop, listener.step("applying events at the sink"), tally.total());
            }
            long published = published();
            long calls = target.calls();
            long keys = target.keys();

            rewind(clock);
            try (SinkService again = startSink(meters)) {
                listener.sinkStarted(again);
                SinkStatus second = settle(again, stop, listener.step("replaying"), tally.total());
                DemoResult result = new DemoResult(
                        tally.enqueued(),
                        tally.byName(),
                        published,
                        applied(first),
                        new DemoResult.Effects(
                                first.effects().run(), first.effects().reused()),
                        new DemoResult.Target(calls, keys),
                        new DemoResult.Replay(receipt(second), target.calls() - calls),
                        Duration.between(begin, clock.instant()).toMillis() / 1000.0);
                listener.finished(result);
                return result;
            }
        }
    }

    /** What {@code taskqueue replay --to-earliest --execute} does. */
    private void rewind(Clock clock) throws InterruptedException, ExecutionException {
        SinkReplays replays = new SinkReplays(kafka, SINK);
        ReplayOrder order = new ReplayOrder(
                UUID.randomUUID(),
                ReplayPlan.nextNumber(replays),
                ReplayMode.RECORDED_ONLY,
                Selection.ALL,
                "demo",
                clock.instant());
        ReplayPlan.compute(admin, SINK, TOPIC, ReplayPlan.Target.earliest()).execute(admin, replays, order);
    }

    private static ReplayCounts receipt(SinkStatus status) {
        return ReplayReport.here(SINK, status.replays())
                .filter(ReplayReport::complete)
                .map(ReplayReport::counts)
                .orElseThrow(() -> new CommandFailure(ExitCode.FAILED, "The demo's replay has no complete receipt."));
    }

    private SinkService startSink(MeterRegistry registry) {
        HttpSinkFactory factory = new HttpSinkFactory();
        Map<String, String> configuration = Map.of("url", target.uri().toString());
        return SinkService.builder(SINK, factory.create(configuration), factory.codec())
                .kafka(kafka)
                .topic(TOPIC)
                .stateDirectory(state)
                .retry(factory.retry(configuration))
                .metrics(registry)
                .start();
    }

    private SinkStatus settle(SinkService sink, StopSignal stop, Progress step, long events)
            throws InterruptedException, ExecutionException {
        try (step) {
            Consumer<SinkStatus> show = status -> step.at(applied(status), events);
            new CaughtUp(admin, TOPIC, sink).await(SETTLED, stop, show);
        }
        return sink.status();
    }

    /** The task events on Kafka, read back from the topic: each position once, SourceStarted not. */
    private long published() throws InterruptedException, ExecutionException {
        Set<Position> seen = new HashSet<>();
        EventTopic topic = EventTopic.find(admin, TOPIC);
        topic.read(kafka, topic.offsets(OffsetSpec.earliest()), record -> EventHeaders.read(record.headers())
                .map(EventHeaders::position)
                .filter(position -> position.sequence() > 0)
                .ifPresent(seen::add));
        return seen.size();
    }

    private static long applied(SinkStatus status) {
        return status.queues().stream().mapToLong(QueueStatus::applied).sum();
    }

    @Override
    public void close() {
        admin.close();
        target.close();
    }
}
