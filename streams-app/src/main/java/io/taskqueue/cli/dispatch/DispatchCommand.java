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
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.queue.Ticker;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.SourceGroup;
import io.taskqueue.source.recovery.RecoverableQueue;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
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
            "Several queues, named by --queue or by a field of the lines, share one producer and one reader of the registry; "
                    + "each has workers, a result, and a file of events that Kafka has not acknowledged, of its own.",
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

    @Mixin
    private QueueOptions queues = new QueueOptions();

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
            names = "--payload",
            paramLabel = "every-event|first-event",
            defaultValue = "every-event",
            converter = OptionValue.Inclusion.class,
            description =
                    "Which events of a task include its payload. With first-event, only those with which the task enters the "
                            + "queue, is written again or leaves it to be restored: records are smaller, and sinks do not see the "
                            + "payload in the others. Default: ${DEFAULT-VALUE}.")
    private PayloadInclusion payload = PayloadInclusion.EVERY_EVENT;

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
        Map<String, TaskLine.Route> routes = queues.routes(input);
        routes.keySet().forEach(stop::validate);
        if (routes.size() > 1) {
            stop.requireNoFile();
        }
        MeterRegistry meters = DiagnosticsOptions.newMeterRegistry();
        try (ThreadFailures failures = ThreadFailures.listen();
                Parts parts = new Parts()) {
            for (Map.Entry<String, TaskLine.Route> route : routes.entrySet()) {
                Output out = routes.size() > 1 ? output.of(route.getKey()) : output;
                parts.add(new Part(route.getKey(), input.open(route.getValue(), out::progress), out));
            }
            kafka.requireReachable();
            // a claim fences another dispatcher, so a wrong input must be found before the first
            for (Part part : parts.all()) {
                requireContinuable(part);
            }
            if (routes.size() > 1) {
                parts.group = group(meters);
            }
            for (Part part : parts.all()) {
                part.dispatcher = start(part, parts.group, behavior, meters, failures);
            }
            run(parts, shutdown, meters, failures);
        }
    }

    private void requireContinuable(Part part) throws InterruptedException {
        if (input.recover()) {
            Optional<RecoverableQueue<String>> live =
                    new LiveTasks(kafka, sourceTopics.registryTopic()).read(part.queue, part.output);
            live.ifPresent(
                    found -> input.recovery(part.output::progress).requireContinuable(part.reader, found.report()));
        }
    }

    private void run(Parts parts, ShutdownSignal shutdown, MeterRegistry meters, ThreadFailures failures)
            throws Exception {
        boolean several = parts.all().size() > 1;
        try (DiagnosticsServer server = diagnostics.serve(meters, builder -> {
            for (Part part : parts.all()) {
                if (several) {
                    part.dispatcher().showOn(builder, "replication of " + part.queue);
                } else {
                    part.dispatcher().showOn(builder);
                }
            }
        })) {
            for (Part part : parts.all()) {
                part.dispatcher().recovery().ifPresent(recovered -> input.recovery(part.output::progress)
                        .continueInput(part.reader, recovered));
            }
            diagnostics.printUrls(server, output);
            if (!several) {
                run(parts.all().get(0), shutdown);
                return;
            }
            List<Thread> threads = new ArrayList<>();
            for (Part part : parts.all()) {
                threads.add(failures.start("dispatch-" + threads.size(), () -> part.record(() -> run(part, shutdown))));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            failures.requireNone();
            parts.requireNoFailure();
        }
    }

    /** Runs a queue to its end, and prints its result. */
    private void run(Part part, ShutdownSignal shutdown) throws InterruptedException {
        new DispatchRun(part.queue, part.dispatcher(), stop, shutdown, ticker, part.output)
                .run(part.reader, input.rate(ticker), keep);
        input.requireNoneSkipped(part.reader);
    }

    private Dispatcher start(
            Part part,
            @Nullable SourceGroup group,
            WorkerBehavior behavior,
            MeterRegistry meters,
            ThreadFailures failures)
            throws InterruptedException {
        if (!input.recover()) {
            return start(part, group, behavior, meters, failures, source -> {});
        }
        Dispatcher dispatcher;
        try (Progress progress = Progress.start("recovering tasks", part.output)) {
            dispatcher = start(
                    part, group, behavior, meters, failures, source -> source.recover(LiveTasks.recovery(progress)));
        }
        dispatcher
                .recovery()
                .ifPresent(recovered -> part.output.progress("Recovered " + new RecoverySummary(recovered).text()));
        return dispatcher;
    }

    private Dispatcher start(
            Part part,
            @Nullable SourceGroup group,
            WorkerBehavior behavior,
            MeterRegistry meters,
            ThreadFailures failures,
            Consumer<ReplicationSource.Builder<?>> recover)
            throws InterruptedException {
        if (group != null) {
            var settings = new Dispatcher.Settings(part.queue, behavior, lease, source -> {
                configure(source);
                recover.accept(source);
            });
            return Dispatcher.startIn(group, settings, random, failures);
        }
        var settings = new Dispatcher.Settings(part.queue, behavior, lease, source -> {
            configure(source);
            configureTopics(source);
            recover.accept(source);
        });
        return Dispatcher.start(settings, kafka.properties(), meters, random, failures);
    }

    private SourceGroup group(MeterRegistry meters) {
        SourceGroup.Builder group =
                Dispatcher.group(kafka.properties(), meters).topic(topic.name()).createTopics(!noCreateTopics);
        sourceTopics.configure(group);
        if (ownershipStrict != null) {
            group.ownershipStrict(ownershipStrict);
        }
        return group.start();
    }

    private void configureTopics(ReplicationSource.Builder<?> source) {
        source.topic(topic.name()).createTopics(!noCreateTopics);
        sourceTopics.configure(source);
        if (ownershipStrict != null) {
            source.ownershipStrict(ownershipStrict);
        }
    }

    private void configure(ReplicationSource.Builder<?> source) {
        source.payload(payload);
        if (ownerPeer != null) {
            source.ownerPeer(ownerPeer);
        }
    }

    /** A queue of the command: its lines, its dispatcher once it is started, and what it prints. */
    private static final class Part {

        private final String queue;
        private final TaskFileReader reader;
        private final Output output;
        private @Nullable Dispatcher dispatcher;
        private volatile @Nullable CommandFailedException failure;

        Part(String queue, TaskFileReader reader, Output output) {
            this.queue = queue;
            this.reader = reader;
            this.output = output;
        }

        Dispatcher dispatcher() {
            return Objects.requireNonNull(dispatcher, "dispatcher");
        }

        /** Runs it on a thread of its own, which must not end the other queues if this one fails. */
        void record(Run run) {
            try {
                run.run();
            } catch (CommandFailedException e) {
                failure = e;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @FunctionalInterface
        interface Run {
            void run() throws InterruptedException;
        }
    }

    /** All queues of the command, and the group of their sources if there are several. */
    private static final class Parts implements AutoCloseable {

        private final List<Part> parts = new ArrayList<>();
        private @Nullable SourceGroup group;

        void add(Part part) {
            parts.add(part);
        }

        List<Part> all() {
            return parts;
        }

        /** @throws CommandFailedException the first failure; the others are printed */
        void requireNoFailure() {
            CommandFailedException first = null;
            for (Part part : parts) {
                CommandFailedException failure = part.failure;
                if (failure != null && first == null) {
                    first = failure;
                } else if (failure != null) {
                    part.output.progress(String.valueOf(failure.getMessage()));
                }
            }
            if (first != null) {
                throw first;
            }
        }

        @Override
        public void close() throws IOException {
            for (Part part : parts) {
                if (part.dispatcher != null) {
                    part.dispatcher.close();
                }
                part.reader.close();
            }
            if (group != null) {
                group.close();
            }
        }
    }
}
