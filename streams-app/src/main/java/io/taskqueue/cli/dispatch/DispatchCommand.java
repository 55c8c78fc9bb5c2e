package io.taskqueue.cli.dispatch;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.cli.recover.LiveTasks;
import io.taskqueue.cli.recover.RecoverySummary;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.DiagnosticsOptions;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.KafkaOptions;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.Progress;
import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.cli.shared.SourceTopicOptions;
import io.taskqueue.cli.shared.ThreadFailures;
import io.taskqueue.cli.shared.TopicOption;
import io.taskqueue.diagnostics.DiagnosticsServer;
import io.taskqueue.queue.Ticker;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.recovery.RecoverableQueue;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue dispatch}: a dispatcher whose tasks are lines of JSON. */
@Command(
        name = "dispatch",
        header = "Run a dispatcher: a queue filled from JSON lines, workers, and a source that replicates every event.",
        description = {
            "Each line is one task: any JSON value except null. An invalid line is reported with its number and skipped, and the "
                    + "exit code is 1 at the end, unless --skip-invalid is given.",
            "Ends when every task has ended and every event is stored in Kafka; with --repeat, when it is stopped. While Kafka is unavailable it waits, not ready. On "
                    + "SIGTERM or Ctrl-C it stops reading, waits up to --grace for leases to finish, drains the remaining "
                    + "tasks, and waits for Kafka. A second signal, or --close-timeout, ends that wait: the events that Kafka "
                    + "has not acknowledged are then written to a file, for `taskqueue resend`.",
            "With --recover, it begins with the tasks of a dispatcher that has ended, however it ended, and dispatches no line "
                    + "twice. With --hand-over, a stop leaves the remaining tasks to such a successor."
        },
        footer = {
            "",
            "Example: taskqueue dispatch --bootstrap-server localhost:9092 --queue mirror --tasks examples/mirror-tasks.ndjson"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class DispatchCommand implements Callable<Integer> {

    /** How long the end of the process may take where the command does not react to a signal yet, or was told not to wait. */
    private static final Duration MAX_SHUTDOWN_DELAY = Duration.ofSeconds(60);

    private final RandomGenerator random;
    private final Ticker ticker;

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = "--queue",
            required = true,
            paramLabel = "QUEUE",
            converter = OptionValue.Queue.class,
            description = "The name of the queue: any text.")
    private String queue = "";

    @Mixin
    private InputOptions input = new InputOptions();

    @Mixin
    private TopicOption topic = new TopicOption();

    @Mixin
    private SourceTopicOptions sourceTopics = new SourceTopicOptions();

    @Option(names = "--no-create-topics", description = "Do not create missing topics; fail instead.")
    private boolean noCreateTopics;

    @Mixin
    private WorkerOptions workers = new WorkerOptions();

    @Option(
            names = "--lease",
            paramLabel = "D",
            defaultValue = "30s",
            converter = OptionValue.PositiveSpan.class,
            description = "How long a lease lasts without a heartbeat. Default: ${DEFAULT-VALUE}.")
    private Duration lease = Duration.ZERO;

    @Option(
            names = "--owner-peer",
            paramLabel = "NAME",
            converter = OptionValue.Peer.class,
            description = "The process that is responsible for the tasks.")
    private @Nullable String ownerPeer;

    @Option(
            names = "--ownership-strict",
            paramLabel = "D",
            converter = OptionValue.OwnershipLimit.class,
            description =
                    "Grant no leases while the registry has not been read for longer than this, because another dispatcher may "
                            + "have claimed the queue: an outage of the registry then stops new work. At least 2s. Default: no limit.")
    private @Nullable Duration ownershipStrict;

    @Mixin
    private StopOptions stop = new StopOptions();

    @Option(names = "--keep", description = "Keep running after the last task, until SIGTERM or Ctrl-C.")
    private boolean keep;

    @Mixin
    private DiagnosticsOptions diagnostics = new DiagnosticsOptions();

    @Mixin
    private Output output = new Output();

    /**
     * Creates the command.
     *
     * @param random decides which attempts of the workers succeed
     * @param ticker measures how long it waits for Kafka
     */
    public DispatchCommand(RandomGenerator random, Ticker ticker) {
        this.random = random;
        this.ticker = ticker;
    }

    @Override
    public Integer call() throws Exception {
        try (ShutdownSignal shutdown = ShutdownSignal.listen(MAX_SHUTDOWN_DELAY)) {
            if (stop.handOver()) {
                shutdown.exitWith(ExitCode.FAILED); // until it is done
            }
            try {
                dispatch(shutdown);
                if (stop.handOver()) {
                    shutdown.exitWith(ExitCode.OK);
                }
                return ExitCode.OK;
            } catch (CommandFailedException e) {
                if (!shutdown.isReceived()) {
                    throw e;
                }
                // the process may end when the signal is closed, before anyone else prints the message
                output.progress("taskqueue: " + e.getMessage());
                return e.exitCode();
            }
        }
    }

    private void dispatch(ShutdownSignal shutdown) throws Exception {
        WorkerBehavior behavior = workers.behavior();
        stop.validate(queue);
        MeterRegistry meters = DiagnosticsOptions.newMeterRegistry();
        try (ThreadFailures failures = ThreadFailures.listen();
                TaskFileReader reader = input.open(output::progress)) {
            kafka.requireReachable();
            InputRecovery recovery = input.recovery(output::progress);
            if (input.recover()) {
                // the claim fences another dispatcher, so a wrong input must be found before it
                Optional<RecoverableQueue<String>> live =
                        new LiveTasks(kafka, sourceTopics.registryTopic()).read(queue, output);
                live.ifPresent(found -> recovery.requireContinuable(reader, found.report()));
            }
            try (Dispatcher dispatcher = start(behavior, meters, failures);
                    DiagnosticsServer server = diagnostics.serve(meters, dispatcher::showOn)) {
                dispatcher.recovery().ifPresent(recovered -> recovery.continueInput(reader, recovered));
                diagnostics.printUrls(server, output);
                new DispatchRun(queue, dispatcher, stop, shutdown, ticker, output)
                        .run(reader, input.rate(ticker), keep);
            }
            input.requireNoneSkipped(reader);
        }
    }

    private Dispatcher start(WorkerBehavior behavior, MeterRegistry meters, ThreadFailures failures)
            throws InterruptedException {
        if (!input.recover()) {
            var settings = new Dispatcher.Settings(queue, behavior, lease, this::configure);
            return Dispatcher.start(settings, kafka.properties(), meters, random, failures);
        }
        Dispatcher dispatcher;
        try (Progress progress = Progress.start("recovering tasks", output)) {
            var settings = new Dispatcher.Settings(queue, behavior, lease, source -> {
                configure(source);
                source.recover(LiveTasks.recovery(progress));
            });
            dispatcher = Dispatcher.start(settings, kafka.properties(), meters, random, failures);
        }
        dispatcher
                .recovery()
                .ifPresent(recovered -> output.progress("Recovered " + new RecoverySummary(recovered).text()));
        return dispatcher;
    }

    private void configure(ReplicationSource.Builder<?> source) {
        source.topic(topic.name()).createTopics(!noCreateTopics);
        sourceTopics.configure(source);
        if (ownerPeer != null) {
            source.ownerPeer(ownerPeer);
        }
        if (ownershipStrict != null) {
            source.ownershipStrict(ownershipStrict);
        }
    }
}
