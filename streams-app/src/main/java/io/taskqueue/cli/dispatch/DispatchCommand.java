package io.taskqueue.cli.dispatch;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.cli.shared.DiagnosticsOptions;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.KafkaOptions;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.cli.shared.TopicOption;
import io.taskqueue.config.DurationText;
import io.taskqueue.diagnostics.DiagnosticsServer;
import io.taskqueue.queue.DrainedTask;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
            "Each line is one task: any JSON value except null. An invalid line is reported with its number and skipped.",
            "Ends when every task has ended and every event is stored in Kafka. On SIGTERM or Ctrl-C it stops reading, waits up "
                    + "to --grace for leases to finish, and drains the remaining tasks."
        },
        footer = {
            "",
            "Example: taskqueue dispatch --bootstrap-server localhost:9092 --queue mirror --tasks examples/mirror-tasks.ndjson"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class DispatchCommand implements Callable<Integer> {

    private static final Duration REPLICATION_TIMEOUT = Duration.ofSeconds(60);

    private final RandomGenerator random;

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = "--queue",
            converter = OptionValue.Queue.class,
            required = true,
            paramLabel = "QUEUE",
            description = "The name of the queue: any text.")
    private String queue = "";

    @Option(
            names = "--tasks",
            converter = OptionValue.InputFile.class,
            required = true,
            paramLabel = "FILE|-",
            description = "A file of JSON lines, one task each; a .gz file is decompressed; - reads standard input.")
    private String tasks = "";

    @Mixin
    private TopicOption topic = new TopicOption();

    @Mixin
    private WorkerOptions workers = new WorkerOptions();

    @Option(
            names = "--lease",
            converter = OptionValue.PositiveSpan.class,
            paramLabel = "D",
            defaultValue = "30s",
            description = "How long a lease lasts without a heartbeat. Default: ${DEFAULT-VALUE}.")
    private Duration lease = Duration.ZERO;

    @Option(
            names = "--owner-peer",
            converter = OptionValue.Peer.class,
            paramLabel = "NAME",
            description = "The process that is responsible for the tasks.")
    private @Nullable String ownerPeer;

    @Option(names = "--no-create-topics", description = "Do not create missing topics; fail instead.")
    private boolean noCreateTopics;

    @Option(names = "--strict", description = "Fail at the first invalid line.")
    private boolean strict;

    @Option(
            names = "--grace",
            paramLabel = "D",
            defaultValue = "10s",
            description = "How long a stop waits for leases to finish. Default: ${DEFAULT-VALUE}.")
    private Duration grace = Duration.ZERO;

    @Option(
            names = "--drain-to",
            paramLabel = "FILE",
            description = "On a stop, write the remaining tasks to this file, as JSON lines.")
    private @Nullable Path drainTo;

    @Option(names = "--keep", description = "Keep running after the last task, until SIGTERM or Ctrl-C.")
    private boolean keep;

    @Mixin
    private DiagnosticsOptions diagnostics = new DiagnosticsOptions();

    @Mixin
    private Output output = new Output();

    /** @param random decides which attempts of the workers succeed */
    public DispatchCommand(RandomGenerator random) {
        this.random = random;
    }

    /** The result of the command, as JSON. */
    record Result(
            String queue, long tasks, Map<String, Long> events, long skipped, long drained, String replicatedUpTo) {}

    @Override
    public Integer call() throws Exception {
        var settings =
                new Dispatcher.Settings(queue, topic.name(), workers.behavior(), lease, ownerPeer, !noCreateTopics);
        MeterRegistry meters = DiagnosticsOptions.newMeterRegistry();
        try (ShutdownSignal shutdown = ShutdownSignal.listen(grace.plus(REPLICATION_TIMEOUT));
                TaskFileReader reader = TaskFileReader.open(tasks, strict, output::progress)) {
            kafka.requireReachable();
            try (Dispatcher dispatcher = Dispatcher.start(settings, kafka.properties(), meters, random);
                    DiagnosticsServer server = diagnostics.serve(meters, dispatcher::showOn)) {
                diagnostics.printUrls(server, output);
                boolean ended = dispatcher.dispatch(reader, shutdown, () -> {});
                if (ended && keep) {
                    dispatcher.awaitReplicated(REPLICATION_TIMEOUT);
                    output.progress("Every task has ended. Press Ctrl-C to stop.");
                    shutdown.await();
                }
                List<DrainedTask<String>> remaining = ended ? List.of() : drain(dispatcher);
                dispatcher.awaitReplicated(REPLICATION_TIMEOUT);
                report(dispatcher, reader.skipped(), remaining.size());
            }
        }
        return ExitCode.OK;
    }

    private List<DrainedTask<String>> drain(Dispatcher dispatcher) throws IOException {
        output.progress("Stopping: waiting up to " + DurationText.of(grace) + " for leases to finish ...");
        List<DrainedTask<String>> remaining = dispatcher.drain(grace);
        if (drainTo != null) {
            List<String> lines =
                    remaining.stream().map(drained -> drained.task().payload()).toList();
            Files.write(drainTo, lines, StandardCharsets.UTF_8);
        } else if (!remaining.isEmpty()) {
            output.progress(remaining.size()
                    + " tasks remained and were drained. Pass --drain-to FILE to write such tasks to a file.");
        }
        return remaining;
    }

    private void report(Dispatcher dispatcher, long skipped, int drained) {
        DispatchCounters counters = dispatcher.counters();
        String position = dispatcher.replicatedUpTo();
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "Queue %s: %,d tasks, %,d completed or dead-lettered, %,d drained",
                Output.escape(queue),
                counters.enqueued(),
                counters.ended(),
                drained));
        text.append(skipped == 0 ? "." : ", " + skipped + " lines skipped.");
        counters.byName()
                .forEach((kind, count) -> text.append(String.format(Locale.ROOT, "%n  %-14s %,10d", kind, count)));
        text.append(String.format(Locale.ROOT, "%nEvery event is stored in Kafka, up to position %s.", position));
        output.result(
                text.toString(), new Result(queue, counters.enqueued(), counters.byName(), skipped, drained, position));
    }
}
