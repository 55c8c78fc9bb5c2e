package io.taskqueue.cli.sink;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.cli.replay.ReplayReport;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.DiagnosticsOptions;
import io.taskqueue.cli.shared.ExistingTopic;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.KafkaOptions;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.Progress;
import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.cli.shared.StateDirectoryOption;
import io.taskqueue.cli.shared.TopicOption;
import io.taskqueue.diagnostics.DiagnosticsServer;
import io.taskqueue.kafka.OpenTransactions.HeldBack;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.SinkFactory;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.status.QueueStatus;
import io.taskqueue.streams.status.SinkStatus;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue sink}: a sink as a service. */
@Command(
        name = "sink",
        header = "Run a sink: it applies every event, and records the result of each effect once.",
        description = {
            "Any number of instances with the same --name share the work, each with a --state-dir of its own. Stop it with SIGTERM "
                    + "or Ctrl-C; running effects may finish within --drain-timeout.",
            "--sink log prints each event.",
            "--sink http sends each event as JSON in a POST, with its effect key as Idempotency-Key. A 2xx response is recorded; "
                    + "a refusal of the event (400, 409, 410, 413, 414, 415, 422, 451) is a permanent failure; other responses and "
                    + "timeouts are retried. Settings: url, timeout, permanent-statuses, header.NAME, bearer, basic.user, "
                    + "basic.password, truststore, keystore (secrets also as NAME.file or NAME.env), retries, backoff, breaker "
                    + "(off: use up the attempts instead of waiting for an unavailable target), breaker.failures, breaker.wait, "
                    + "and kinds (the kinds of events to send, for example kinds=Completed,DeadLettered; default: all).",
            "--sink jdbc runs one SQL statement for each event, in one transaction with the record of its result. Settings: url, "
                    + "user, password or password.file, statement or statement.file (with fields of the event, for "
                    + "example :queueName), pool.size, and retries, backoff, breaker and kinds as of http. PostgreSQL's "
                    + "driver is included; add others with --class-path.",
            "--sink CLASS is a sink of your own: the name of an io.taskqueue.sink.SinkFactory in --class-path."
        },
        footer = {
            "",
            "Example: taskqueue sink --bootstrap-server localhost:9092 --name billing --sink http \\",
            "             --sink-config url=http://localhost:8080/events --sink-config timeout=6s"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class SinkCommand implements Callable<Integer> {

    private static final Duration MAX_SHUTDOWN_DELAY = Duration.ofSeconds(60);
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(100);

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = "--name",
            converter = OptionValue.Sink.class,
            required = true,
            paramLabel = "APP",
            description = "The name of the sink: its consumer group, and a part of every effect key.")
    private String name = "";

    @Option(
            names = "--sink",
            required = true,
            paramLabel = "log|http|jdbc|CLASS",
            description = "The sink to run, see above.")
    private String sink = "";

    @Option(
            names = "--sink-config",
            paramLabel = "K=V",
            description =
                    "A setting of the sink. Repeatable. It may contain variables, as --command-config: $${env:NAME}, "
                            + "$${file:PATH:KEY}, $${dir:PATH:FILE}.")
    private Map<String, String> sinkConfig = new LinkedHashMap<>();

    @Mixin
    private SinkServiceOptions service = new SinkServiceOptions();

    @Mixin
    private StateDirectoryOption stateDirectory = new StateDirectoryOption();

    @Option(
            names = "--adopt",
            description =
                    "Replace another sink of this name, which had another --sink or target, and continue with its history and "
                            + "results. Stop all instances of the other one before.")
    private boolean adopt;

    @Mixin
    private TopicOption topic = new TopicOption();

    @Option(
            names = "--until-idle",
            paramLabel = "D",
            description = "End when every event is applied and no event has arrived for this long.")
    private @Nullable Duration untilIdle;

    @Mixin
    private DiagnosticsOptions diagnostics = new DiagnosticsOptions();

    @Mixin
    private Output output = new Output();

    /** The result of the command, as JSON. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Result(
            String name,
            long applied,
            long duplicates,
            long fenced,
            long gaps,
            long missing,
            long undecodable,
            Map<String, Long> effects,
            @Nullable ReplayReport replay) {}

    @Override
    public Integer call() throws Exception {
        sinkConfig = kafka.resolve("--sink-config", sinkConfig);
        return run(SinkFactoryLoader.load(sink));
    }

    private <T> Integer run(SinkFactory<T> factory) throws Exception {
        try (ShutdownSignal shutdown = ShutdownSignal.listen(MAX_SHUTDOWN_DELAY.plus(service.drainTimeout()))) {
            ReplicationSink<T> configured = SinkFactoryLoader.create(factory, sinkConfig);
            try {
                return run(factory, configured, shutdown);
            } finally {
                if (configured instanceof AutoCloseable closeable) {
                    closeable.close();
                }
            }
        }
    }

    private <T> Integer run(SinkFactory<T> factory, ReplicationSink<T> configured, ShutdownSignal shutdown)
            throws Exception {
        kafka.requireReachable();
        MeterRegistry meters = DiagnosticsOptions.newMeterRegistry();
        SinkService running = start(factory, configured, meters);
        try (DiagnosticsServer server = diagnostics.serve(meters, diagnosticsOf(running, factory.codec()))) {
            diagnostics.printUrls(server, output);
            await(running, shutdown);
        } finally {
            running.close();
        }
        report(running.status());
        return ExitCode.OK;
    }

    private <T> SinkService start(SinkFactory<T> factory, ReplicationSink<T> configured, MeterRegistry meters) {
        try {
            PayloadCodec<T> codec = SinkFactoryLoader.call(factory, "codec", factory::codec);
            var builder = SinkService.builder(name, configured, codec)
                    .kafka(service.addTo(kafka.properties()))
                    .topic(topic.name())
                    .fingerprint((sink + " " + factory.target(sinkConfig)).strip())
                    .adopt(adopt)
                    .stateDirectory(stateDirectory.of(kafka))
                    .retry(SinkFactoryLoader.call(factory, "retry", () -> factory.retry(sinkConfig)))
                    .breaker(SinkFactoryLoader.call(factory, "breaker", () -> factory.breaker(sinkConfig)))
                    .metrics(meters)
                    .kafkaMetrics(true);
            service.configure(builder);
            return builder.start();
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        } catch (SinkStoppedException e) {
            throw CommandFailedException.refused(e);
        }
    }

    private <T> Consumer<DiagnosticsServer.Builder> diagnosticsOf(SinkService service, PayloadCodec<T> codec) {
        SinkDiagnostics<T> shown = new SinkDiagnostics<>(service, codec);
        return server -> {
            shown.showOn(server);
            shown.showParkedOn(server, kafka.properties());
        };
    }

    private void await(SinkService service, ShutdownSignal shutdown) throws InterruptedException {
        if (untilIdle == null) {
            output.progress("Sink " + name + " is running. Press Ctrl-C to stop it.");
            while (!shutdown.await(CHECK_INTERVAL)) {
                SinkIdleMonitor.requireNotFailed(service);
            }
            return;
        }
        List<HeldBack> heldBack;
        try (Admin admin = kafka.admin();
                Progress progress = Progress.start("applying events", output)) {
            long backlog = backlog(admin);
            heldBack = new SinkIdleMonitor(admin, kafka.properties(), topic.name(), service)
                    .awaitIdle(untilIdle, shutdown, status -> progress.update(applied(status), backlog));
        }
        heldBack.forEach(held -> output.progress("Not applied: " + held.text() + "."));
    }

    /** How many records there are to apply, for the progress that is shown; 0 where there is no topic yet. */
    private long backlog(Admin admin) throws InterruptedException {
        try {
            return ExistingTopic.find(admin, topic.name()).countUnconsumed(kafka.properties(), name);
        } catch (CommandFailedException noTopicYet) {
            return 0;
        }
    }

    private void report(SinkStatus status) {
        Result result = new Result(
                name,
                applied(status),
                sum(status, queue -> queue.counts().duplicates()),
                sum(status, queue -> queue.counts().fenced()),
                sum(status, queue -> queue.counts().gaps()),
                sum(status, queue -> queue.counts().missing()),
                status.undecodable(),
                Map.of(
                        "run", status.effects().run(),
                        "reused", status.effects().reused(),
                        "failed", status.effects().failed(),
                        "missing", status.effects().missing(),
                        "parked", status.effects().parked()),
                ReplayReport.ofInstance(name, status.replays()).orElse(null));
        String line = String.format(
                Locale.ROOT,
                "Sink %s: %,d events applied; effects: %,d run, %,d reused, %,d failed permanently, %,d missing; "
                        + "%,d duplicates, %,d fenced, %,d gaps, %,d invalid records.",
                name,
                result.applied(),
                status.effects().run(),
                status.effects().reused(),
                status.effects().failed(),
                status.effects().missing(),
                result.duplicates(),
                result.fenced(),
                result.gaps(),
                result.undecodable());
        String receipt = result.replay() == null
                ? ""
                : System.lineSeparator().repeat(2) + result.replay().text();
        output.result(line + parked(status) + diverged(status) + receipt, result);
    }

    private String parked(SinkStatus status) {
        long events = sum(status, queue -> queue.parked().events());
        return events == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%n%,d events are parked: see `taskqueue parked list --bootstrap-server %s --name %s`.",
                        events,
                        kafka.bootstrapServer(),
                        name);
    }

    private static String diverged(SinkStatus status) {
        String queues = status.queues().stream()
                .filter(queue -> queue.divergence() != null)
                .map(queue -> String.format(
                        Locale.ROOT,
                        "%n    %s: %s",
                        Output.escape(queue.queueName()),
                        Objects.requireNonNull(queue.divergence()).text()))
                .collect(Collectors.joining());
        String topic = status.logChanges().stream()
                .map(change -> String.format(Locale.ROOT, "%n    %s", change.text()))
                .collect(Collectors.joining());
        return (queues.isEmpty()
                        ? ""
                        : String.format(Locale.ROOT, "%nMissing, until you clear it with --clear-diverged:%s", queues))
                + (topic.isEmpty() ? "" : String.format(Locale.ROOT, "%nThe event topic has changed:%s", topic));
    }

    private static long applied(SinkStatus status) {
        return sum(status, queue -> queue.counts().applied());
    }

    private static long sum(SinkStatus status, ToLongFunction<QueueStatus> count) {
        return status.queues().stream().mapToLong(count).sum();
    }
}
