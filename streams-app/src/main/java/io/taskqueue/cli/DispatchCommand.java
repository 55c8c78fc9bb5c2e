package io.taskqueue.cli;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.diagnostics.DispatcherFeed;
import io.taskqueue.queue.DrainedTask;
import io.taskqueue.serde.PayloadCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue dispatch}: a dispatcher over JSON lines. */
@Command(
        name = "dispatch",
        header = "Run a dispatcher: a queue fed with JSON lines, workers, and every event replicated to Kafka.",
        description = {
            "Each line is one task: any JSON but null. A line that is none is reported with its number and skipped.",
            "Ends when every task has ended and every event is safe on Kafka. On SIGTERM or Ctrl-C it stops reading, lets leases "
                    + "finish within --grace, and drains the rest."
        },
        footer = {
            "",
            "Example: taskqueue dispatch --bootstrap-server localhost:9092 --queue mirror --tasks examples/mirror-tasks.ndjson"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class DispatchCommand implements Callable<Integer> {

    private static final Duration REPLICATION_PATIENCE = Duration.ofSeconds(60);

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(names = "--queue", required = true, paramLabel = "QUEUE", description = "The queue's name: any text.")
    private String queue = "";

    @Option(
            names = "--tasks",
            required = true,
            paramLabel = "FILE|-",
            description = "JSON lines, one task each; .gz is unpacked; - reads standard input.")
    private String tasks = "";

    @Mixin
    private TopicOption topic = new TopicOption();

    @Mixin
    private WorkerOptions workers = new WorkerOptions();

    @Option(
            names = "--lease",
            paramLabel = "D",
            defaultValue = "30s",
            description = "How long a lease lasts without a heartbeat. Default: ${DEFAULT-VALUE}.")
    private Duration lease = Duration.ZERO;

    @Option(names = "--owner-peer", paramLabel = "NAME", description = "The process that is responsible for the tasks.")
    private @Nullable String ownerPeer;

    @Option(names = "--no-create-topics", description = "Do not create the topics; fail where they are missing.")
    private boolean noCreateTopics;

    @Option(names = "--strict", description = "Stop at the first line that is no task.")
    private boolean strict;

    @Option(
            names = "--grace",
            paramLabel = "D",
            defaultValue = "10s",
            description = "How long leases may take to finish when stopped. Default: ${DEFAULT-VALUE}.")
    private Duration grace = Duration.ZERO;

    @Option(
            names = "--drain-to",
            paramLabel = "FILE",
            description = "When stopped, write the tasks that are left here, as JSON lines.")
    private @Nullable Path drainTo;

    @Option(names = "--keep", description = "Stay up after the last task, until stopped.")
    private boolean keep;

    @Mixin
    private DiagnosticsOptions diagnostics = new DiagnosticsOptions();

    @Mixin
    private Output output = new Output();

    /** What the command did, as JSON. */
    record Result(
            String queue, long tasks, Map<String, Long> events, long skipped, long drained, String replicatedUpTo) {}

    @Override
    public Integer call() throws Exception {
        var settings =
                new Dispatcher.Settings(queue, topic.name(), workers.habits(), lease, ownerPeer, !noCreateTopics);
        MeterRegistry meters = Meters.create();
        try (StopSignal stop = StopSignal.listen(grace.plus(REPLICATION_PATIENCE));
                TaskLines lines = TaskLines.open(tasks, strict, output::say)) {
            kafka.requireReachable();
            try (Dispatcher dispatcher = Dispatcher.start(settings, kafka.properties(), meters);
                    Served diagnosed = serve(dispatcher, meters)) {
                diagnosed.announce(output);
                boolean ended = dispatcher.dispatch(lines, stop, () -> {});
                if (ended && keep) {
                    dispatcher.awaitReplicated(REPLICATION_PATIENCE);
                    output.say("Every task has ended. Ctrl-C stops.");
                    stop.await();
                }
                List<DrainedTask<String>> left = ended ? List.of() : drain(dispatcher);
                dispatcher.awaitReplicated(REPLICATION_PATIENCE);
                report(dispatcher, lines.skipped(), left.size());
            }
        }
        return ExitCode.OK;
    }

    private Served serve(Dispatcher dispatcher, MeterRegistry meters) {
        return diagnostics.serve(
                meters,
                new DispatcherFeed<>(dispatcher.queue(), dispatcher.source(), PayloadCodec.jsonText()),
                Map.of("replication", dispatcher::notReady),
                builder -> {});
    }

    private List<DrainedTask<String>> drain(Dispatcher dispatcher) throws IOException {
        output.say("Stopping: leases may finish within " + grace.toMillis() + " ms ...");
        List<DrainedTask<String>> left = dispatcher.drain(grace);
        if (drainTo != null) {
            List<String> lines =
                    left.stream().map(drained -> drained.task().payload()).toList();
            Files.write(drainTo, lines, StandardCharsets.UTF_8);
        } else if (!left.isEmpty()) {
            output.say(left.size() + " tasks were left and are drained; --drain-to FILE would have written them.");
        }
        return left;
    }

    private void report(Dispatcher dispatcher, long skipped, int drained) {
        Tally tally = dispatcher.tally();
        String position = dispatcher.source().replicatedUpTo().toString();
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "Queue %s: %,d tasks, %,d done or dead, %,d drained",
                Printable.line(queue),
                tally.enqueued(),
                tally.done(),
                drained));
        text.append(skipped == 0 ? "." : ", " + skipped + " lines skipped.");
        tally.byName()
                .forEach((kind, count) -> text.append(String.format(Locale.ROOT, "%n  %-14s %,10d", kind, count)));
        text.append(String.format(Locale.ROOT, "%nEvery event is on Kafka, up to position %s.", position));
        output.result(text.toString(), new Result(queue, tally.enqueued(), tally.byName(), skipped, drained, position));
    }
}
