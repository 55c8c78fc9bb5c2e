package io.taskqueue.cli;

import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.SourceRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue status}: who owns which queue, and how far the sinks are. */
@Command(
        name = "status",
        header = "Show the queues, who owns them, and how far the sinks are behind.",
        description = "Reads the registry, the end of the event topic and the committed offsets. Changes nothing.",
        footer = {"", "Example: taskqueue status --bootstrap-server localhost:9092 --name billing"},
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class StatusCommand implements Callable<Integer> {

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(names = "--name", paramLabel = "APP", description = "Only this sink. Default: all that have committed.")
    private @Nullable String name;

    @Mixin
    private TopicOption topic = new TopicOption();

    @Option(
            names = "--registry-topic",
            paramLabel = "TOPIC",
            defaultValue = "taskqueue.sources",
            description = "The registry of sources. Default: ${DEFAULT-VALUE}.")
    private String registryTopic = "";

    @Mixin
    private Output output = new Output();

    /**
     * A queue and its owner.
     *
     * @param lastPosition its newest event, or null where that lies deeper than was looked
     */
    record QueueLine(
            String queue, String owner, long epoch, @Nullable String lastPosition, @Nullable String lastEventAt) {}

    /** What the command printed, as JSON. */
    record Result(List<QueueLine> queues, List<SinkLag> sinks) {}

    @Override
    public Integer call() throws Exception {
        kafka.requireReachable();
        try (Admin admin = Admin.create(KafkaOptions.adminProperties(kafka.properties()))) {
            EventTopic events = EventTopic.find(admin, topic.name());
            Result result = new Result(queues(events), sinks(admin, events));
            output.result(text(result), result);
        }
        return ExitCode.OK;
    }

    private List<QueueLine> queues(EventTopic events) throws InterruptedException, ExecutionException {
        Map<String, Claim> claims = SourceRegistry.read(kafka.properties(), registryTopic);
        Map<String, QueueTails.Tail> tails = QueueTails.read(events, kafka.properties());
        List<QueueLine> lines = new ArrayList<>();
        new TreeMap<>(claims).forEach((queue, claim) -> {
            QueueTails.Tail tail = tails.get(queue);
            lines.add(new QueueLine(
                    queue,
                    claim.sourcePeerId(),
                    claim.epoch(),
                    tail == null ? null : tail.position().toString(),
                    tail == null ? null : tail.at().toString()));
        });
        return lines;
    }

    private List<SinkLag> sinks(Admin admin, EventTopic events) throws InterruptedException, ExecutionException {
        List<String> known = SinkLag.sinks(admin, events);
        if (name != null && !known.contains(name)) {
            throw new CommandFailure(
                    ExitCode.REFUSED,
                    "No sink named " + name + " has committed anything of topic " + topic.name() + ". Known: "
                            + (known.isEmpty() ? "none" : String.join(", ", known)) + ".");
        }
        Instant now = Clock.systemUTC().instant();
        List<SinkLag> lags = new ArrayList<>();
        for (String sink : name == null ? known : List.of(name)) {
            lags.add(SinkLag.of(admin, events, kafka.properties(), sink, now));
        }
        return lags;
    }

    private static String text(Result result) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "%-30s %-24s %8s %16s%n", "queue", "owner", "epoch", "last position"));
        for (QueueLine queue : result.queues()) {
            String last = queue.lastPosition() == null ? "(not recent)" : queue.lastPosition();
            text.append(String.format(
                    Locale.ROOT,
                    "%-30s %-24s %8d %16s%n",
                    Printable.line(queue.queue()),
                    queue.owner(),
                    queue.epoch(),
                    last));
        }
        if (result.queues().stream().anyMatch(queue -> queue.lastPosition() == null)) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n(not recent): no event of it is among the newest %,d of a partition.%n",
                    QueueTails.DEPTH));
        }
        text.append(String.format(
                Locale.ROOT,
                "%n%-30s %-18s %8s %14s %10s %8s",
                "sink",
                "group state",
                "members",
                "events behind",
                "behind",
                "parked"));
        for (SinkLag sink : result.sinks()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%-30s %-18s %8d %14d %10s %8s",
                    sink.name(),
                    sink.state(),
                    sink.members(),
                    sink.events(),
                    Duration.ofMillis((long) (sink.seconds() * 1000))
                            .toString()
                            .substring(2)
                            .toLowerCase(Locale.ROOT),
                    sink.parked() == null ? "-" : sink.parked().toString()));
        }
        return text.toString();
    }
}
