package io.taskqueue.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.diagnostics.DiagnosticsServer;
import io.taskqueue.diagnostics.HealthCheck;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.SinkFactory;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.ParkedEvents;
import io.taskqueue.streams.QueueStatus;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.SinkState;
import io.taskqueue.streams.SinkStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue sink}: a sink as a service. */
@Command(
        name = "sink",
        header = "Run a sink: applies every event, each effect recorded once.",
        description = {
            "Any number of instances of one --name share the work, each with a --state-dir of its own. Stop with SIGTERM or Ctrl-C; what runs may finish.",
            "--sink log prints each event. --sink http POSTs each event as JSON with its effect key as Idempotency-Key; 2xx is "
                    + "recorded, 4xx a permanent failure (but for 408, 425 and 429), the rest and time-outs are tried again. It takes url, timeout, retries, "
                    + "backoff, breaker (off: use up tries rather than wait for a dead target), breaker.failures, "
                    + "breaker.wait, and kinds (which events to send, as in kinds=Completed,DeadLettered; default all).",
            "--sink jdbc runs one SQL statement for each event, in one transaction with the record of it. It takes url, user, password or "
                    + "password.file, statement or statement.file (fields of the event are named as in :queueName), pool.size, "
                    + "and retries, backoff, breaker and kinds as http does. PostgreSQL's driver is here, others come by --class-path.",
            "--sink CLASS is yours: an io.taskqueue.sink.SinkFactory in --class-path."
        },
        footer = {
            "",
            "Example: taskqueue sink --bootstrap-server localhost:9092 --name billing --sink http \\",
            "             --sink-config url=http://localhost:8080/events --sink-config timeout=6s"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SinkCommand implements Callable<Integer> {

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(100);

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = "--name",
            required = true,
            paramLabel = "APP",
            description = "The sink's name: its consumer group, and a part of every effect key.")
    private String name = "";

    @Option(names = "--sink", required = true, paramLabel = "log|http|jdbc|CLASS", description = "Which sink.")
    private String sink = "";

    @Option(
            names = "--class-path",
            paramLabel = "JARS",
            description = "Where CLASS and what it needs, or a JDBC driver, are: jars and directories, separated as on "
                    + "java -cp.")
    private @Nullable String classPath;

    @Option(names = "--sink-config", paramLabel = "K=V", description = "A setting of the sink. Repeatable.")
    private Map<String, String> sinkConfig = new LinkedHashMap<>();

    @Mixin
    private ServiceOptions service = new ServiceOptions();

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description =
                    "Where state is kept between starts; lost, it is rebuilt from Kafka. Instances on one machine need "
                            + "one each. Default: ~/.taskqueue/<bootstrap server>.")
    private @Nullable Path stateDirectory;

    @Mixin
    private TopicOption topic = new TopicOption();

    @Option(
            names = "--until-idle",
            paramLabel = "D",
            description = "End when every event is applied and none has come for this long.")
    private @Nullable Duration untilIdle;

    @Mixin
    private DiagnosticsOptions diagnostics = new DiagnosticsOptions();

    @Mixin
    private Output output = new Output();

    /** What the command did, as JSON. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Result(
            String name,
            long applied,
            long duplicates,
            long fenced,
            long gaps,
            long undecodable,
            Map<String, Long> effects,
            @Nullable ReplayReport replay) {}

    @Override
    public Integer call() throws Exception {
        return run(SinkFactories.find(sink, classPath));
    }

    private <T> Integer run(SinkFactory<T> factory) throws Exception {
        // the first to be opened and the last to be closed: the process may end once this is closed
        try (StopSignal stop = StopSignal.listen(STOP_PATIENCE.plus(service.drainTimeout()))) {
            var configured = SinkFactories.create(factory, sinkConfig);
            try {
                return run(factory, configured, stop);
            } finally {
                if (configured instanceof AutoCloseable closeable) {
                    closeable.close();
                }
            }
        }
    }

    private <T> Integer run(SinkFactory<T> factory, ReplicationSink<T> configured, StopSignal stop) throws Exception {
        kafka.requireReachable();
        MeterRegistry meters = Meters.create();
        SinkService running = start(factory, configured, meters);
        try (Served diagnosed = serve(running, factory.codec(), meters)) {
            service.decide(running);
            diagnosed.announce(output);
            await(running, stop);
        } finally {
            running.close();
        }
        report(running.status());
        return ExitCode.OK;
    }

    private <T> SinkService start(SinkFactory<T> factory, ReplicationSink<T> configured, MeterRegistry meters) {
        try {
            var builder = SinkService.builder(name, configured, factory.codec())
                    .kafka(kafka.properties())
                    .topic(topic.name())
                    .stateDirectory(stateDirectory == null ? defaultStateDirectory() : stateDirectory)
                    .retry(factory.retry(sinkConfig))
                    .breaker(factory.breaker(sinkConfig))
                    .metrics(meters);
            service.configure(builder);
            return builder.start();
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        } catch (SinkStoppedException e) {
            throw new CommandFailure(ExitCode.REFUSED, String.valueOf(e.getMessage()), e);
        }
    }

    private void await(SinkService service, StopSignal stop) throws InterruptedException, ExecutionException {
        if (untilIdle == null) {
            output.say("Sink " + name + " is running. Ctrl-C stops it.");
            while (!stop.await(LOOK)) {
                CaughtUp.requireAlive(service.status());
            }
            return;
        }
        try (Admin admin = Admin.create(KafkaOptions.adminProperties(kafka.properties()))) {
            new CaughtUp(admin, topic.name(), service).await(untilIdle, stop, status -> {});
        }
    }

    private <T> Served serve(SinkService service, PayloadCodec<T> codec, MeterRegistry meters) {
        return diagnostics.serve(
                meters,
                new SinkFeed<>(service, codec),
                checks(service),
                builder -> showParked(builder, service, kafka.properties()));
    }

    /** Lets a server show what a sink has parked. */
    static void showParked(DiagnosticsServer.Builder builder, SinkService service, Map<String, ?> kafka) {
        String sink = service.status().sink();
        builder.parked(new SinkParked(new ParkedEvents(kafka, sink), sink))
                .note("parked", () -> SinkParked.note(service.status(), kafka.get("bootstrap.servers")));
    }

    /** What must be in order before a sink is ready. */
    static Map<String, HealthCheck> checks(SinkService service) {
        return new TreeMap<>(Map.of(
                "replication", () -> notReady(service.status()),
                "target", () -> service.status().waiting()));
    }

    private static Optional<String> notReady(SinkStatus status) {
        return status.state() == SinkState.RUNNING
                ? Optional.empty()
                : Optional.of(status.failure()
                        .orElse("the sink is " + status.state().name().toLowerCase(Locale.ROOT)));
    }

    private Path defaultStateDirectory() {
        String cluster = String.valueOf(kafka.properties().get("bootstrap.servers"));
        return Path.of(System.getProperty("user.home"), ".taskqueue", cluster.replaceAll("[^A-Za-z0-9.]", "_"));
    }

    private void report(SinkStatus status) {
        Result result = new Result(
                name,
                sum(status, QueueStatus::applied),
                sum(status, QueueStatus::duplicates),
                sum(status, QueueStatus::fenced),
                sum(status, QueueStatus::gaps),
                status.undecodable(),
                Map.of(
                        "run", status.effects().run(),
                        "reused", status.effects().reused(),
                        "failed", status.effects().failed(),
                        "missing", status.effects().missing(),
                        "parked", status.effects().parked()),
                ReplayReport.here(name, status.replays()).orElse(null));
        String line = String.format(
                Locale.ROOT,
                "Sink %s: %,d events applied; effects: %,d run, %,d from the record, %,d failed for good, %,d missing; "
                        + "%,d duplicates, %,d fenced, %,d gaps, %,d records that are no events.",
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
        output.result(line + parked(status) + receipt, result);
    }

    private String parked(SinkStatus status) {
        long events = sum(status, QueueStatus::parkedEvents);
        return events == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%n%,d events are parked: see `taskqueue parked list %s --name %s`.",
                        events,
                        "--bootstrap-server " + kafka.properties().get("bootstrap.servers"),
                        name);
    }

    private static long sum(SinkStatus status, ToLongFunction<QueueStatus> count) {
        return status.queues().stream().mapToLong(count).sum();
    }
}
