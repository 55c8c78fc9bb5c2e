package io.taskqueue.cli.canary;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.cli.shared.DiagnosticsOptions;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.KafkaOptions;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.cli.shared.SourceTopicOptions;
import io.taskqueue.cli.shared.StateDirectoryOption;
import io.taskqueue.cli.shared.ThreadFailures;
import io.taskqueue.cli.shared.TopicOption;
import io.taskqueue.config.DurationText;
import io.taskqueue.diagnostics.DiagnosticsServer;
import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.queue.Ticker;
import io.taskqueue.source.CloseReport;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue canary}: a synthetic task every few seconds, and how long it takes. */
@Command(
        name = "canary",
        header = "Send a synthetic task every few seconds from a queue to a sink, and measure how long it takes.",
        description = {
            "Each probe is a task of a queue of its own: it is enqueued, confirmed by Kafka, leased, completed, and applied by a "
                    + "sink of its own, all in this process. So the latencies are those of the cluster and of this product, without "
                    + "those of workers and targets. The sink reads the whole event topic and skips what is not of its queue.",
            "With --port, /metrics has the latencies from enqueue to each stage (taskqueue_canary_durable_seconds, "
                    + "…_leased_…, …_completed_…, …_effect_…), and /health/ready fails while a probe is overdue, and before the first one "
                    + "has ended.",
            "Stop it with SIGTERM or Ctrl-C. What it leaves is taken over by the next one of the same --queue, and at most "
                    + Probes.MOST + " probes are on their way. A second one of the same --queue stops the first."
        },
        footer = {"", "Example: taskqueue canary --bootstrap-server localhost:9092 --interval 5s --port 8081"},
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class CanaryCommand implements Callable<Integer> {

    private static final Duration MAX_SHUTDOWN_DELAY = Duration.ofSeconds(60);

    /** How often it is checked whether a probe is due or overdue. */
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(200);

    private final Ticker ticker;

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = "--interval",
            paramLabel = "D",
            defaultValue = "5s",
            converter = OptionValue.PositiveSpan.class,
            description = "The time from the begin of a probe to that of the next one. Default: ${DEFAULT-VALUE}.")
    private Duration interval = Duration.ZERO;

    @Option(
            names = "--overdue-after",
            paramLabel = "D",
            defaultValue = "30s",
            converter = OptionValue.PositiveSpan.class,
            description = "A probe that has not ended after this long is overdue, and is given up after "
                    + Probes.GIVE_UP + " times as long. Default: ${DEFAULT-VALUE}.")
    private Duration overdueAfter = Duration.ZERO;

    @Option(
            names = "--queue",
            paramLabel = "QUEUE",
            defaultValue = "taskqueue-canary",
            converter = OptionValue.Queue.class,
            description = "The name of the queue; each canary needs its own. Default: ${DEFAULT-VALUE}.")
    private String queue = "";

    @Option(
            names = "--name",
            paramLabel = "APP",
            defaultValue = "canary",
            converter = OptionValue.Sink.class,
            description = "The name of the sink; each canary needs its own. Default: ${DEFAULT-VALUE}.")
    private String name = "";

    @Mixin
    private StateDirectoryOption stateDirectory = new StateDirectoryOption();

    @Mixin
    private TopicOption topic = new TopicOption();

    @Mixin
    private SourceTopicOptions sourceTopics = new SourceTopicOptions();

    @Mixin
    private DiagnosticsOptions diagnostics = new DiagnosticsOptions();

    @Mixin
    private Output output = new Output();

    /** @param ticker measures the probes */
    public CanaryCommand(Ticker ticker) {
        this.ticker = ticker;
    }

    /** The result of the command, as JSON. */
    record Result(String queue, String name, Probes.Counts probes) {}

    @Override
    public Integer call() throws Exception {
        try (ShutdownSignal shutdown = ShutdownSignal.listen(MAX_SHUTDOWN_DELAY);
                ThreadFailures failures = ThreadFailures.listen()) {
            kafka.requireReachable();
            MeterRegistry meters = DiagnosticsOptions.newMeterRegistry();
            try (Canary canary = Canary.start(settings(), properties(), meters, ticker, failures)) {
                try (DiagnosticsServer server = diagnostics.serve(meters, canary::showOn)) {
                    diagnostics.printUrls(server, output);
                    run(canary, shutdown);
                }
                report(canary);
            }
        }
        return ExitCode.OK;
    }

    private Canary.Settings settings() {
        return new Canary.Settings(
                queue,
                name,
                overdueAfter,
                source -> {
                    source.topic(topic.name());
                    sourceTopics.configure(source);
                },
                sink -> sink.topic(topic.name()).stateDirectory(stateDirectory.of(kafka)));
    }

    private Map<String, Object> properties() {
        Map<String, Object> properties = kafka.properties();
        sourceTopics
                .replicationFactor()
                .ifPresent(
                        replicas -> properties.put("streams." + ClientProperties.STREAMS_REPLICATION_FACTOR, replicas));
        return properties;
    }

    private void run(Canary canary, ShutdownSignal shutdown) throws InterruptedException {
        output.progress("Canary: a task each " + DurationText.of(interval) + " from queue " + Output.escape(queue)
                + " to sink " + name + ". Press Ctrl-C to stop it.");
        long next = ticker.nanos();
        Optional<String> reported = Optional.empty();
        do {
            canary.requireRunning();
            long late = ticker.nanos() - next;
            if (late >= 0 && canary.begins()) {
                canary.probe();
                // a process that was stalled does not make up for the probes that it missed
                next += interval.toNanos() * (1 + late / interval.toNanos());
            }
            canary.probes().check();
            Optional<String> failure = canary.probes().overdue();
            if (failure.isPresent() && reported.isEmpty()) {
                output.progress("Canary: " + failure.get() + ".");
            } else if (failure.isEmpty() && reported.isPresent()) {
                output.progress("Canary: probes arrive in time again.");
            }
            reported = failure;
        } while (!shutdown.await(min(interval, CHECK_INTERVAL)));
    }

    private void report(Canary canary) {
        CloseReport closed = canary.stop();
        Probes.Counts counts = canary.probes().counts();
        String left = closed.complete()
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%nKafka has not acknowledged %,d events of them; they were synthetic, and nothing has to be done.",
                        closed.notReplicated());
        output.result(
                String.format(
                                Locale.ROOT,
                                "Canary of queue %s: %,d probes done, %,d failed, %,d skipped; %,d were overdue; %,d had not"
                                        + " ended.",
                                Output.escape(queue),
                                counts.done(),
                                counts.failed(),
                                counts.skipped(),
                                counts.overdue(),
                                counts.outstanding())
                        + left,
                new Result(queue, name, counts));
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }
}
