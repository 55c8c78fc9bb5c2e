package io.taskqueue.cli.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExistingTopic;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.KafkaOptions;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.RegistryTopicOption;
import io.taskqueue.cli.shared.TopicOption;
import io.taskqueue.cli.status.NewestQueueEvents.NewestEvent;
import io.taskqueue.config.DurationText;
import io.taskqueue.kafka.OpenTransactions;
import io.taskqueue.kafka.OpenTransactions.HeldBack;
import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.kafka.TopicOffsets;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.Ticker;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.SourceRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.IsolationLevel;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue status}: the owner of each queue, and the lag of each sink. */
@Command(
        name = "status",
        header = "Show the queues, their owners, and how far the sinks are behind.",
        description =
                "Reads the registry, the end of the event topic, the committed offsets, and the state and results of the sinks. Changes "
                        + "nothing.",
        footer = {
            "",
            "Example: taskqueue status --bootstrap-server localhost:9092 --name billing",
            "         taskqueue status --bootstrap-server localhost:9092 --watch"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class StatusCommand implements Callable<Integer> {

    /** A transaction that was written to more recently is not reported: it is about to end. */
    private static final Duration RECENT_WRITE = Duration.ofSeconds(10);

    private static final Duration INTERVAL = Duration.ofSeconds(2);
    private static final Duration SHORTEST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** How many diverged queues, and changes of the topic, are listed as text. */
    private static final int SHOWN = 20;

    private final Clock clock;
    private final Ticker ticker;

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = "--name",
            paramLabel = "APP",
            converter = OptionValue.Sink.class,
            description =
                    "Only this sink. Default: every consumer group that has committed offsets of the topic, without consoles.")
    private @Nullable String name;

    @Mixin
    private TopicOption topic = new TopicOption();

    @Mixin
    private RegistryTopicOption registryTopic = new RegistryTopicOption();

    @Option(
            names = "--watch",
            description = {
                "Show it again and again, with rates and when each sink will have caught up, until Ctrl-C: in place on a terminal, "
                        + "otherwise as blocks of text, or with --output json as one object a line. The topics are followed, not "
                        + "read again."
            })
    private boolean watch;

    @Option(
            names = "--interval",
            paramLabel = "D",
            description = "With --watch: the time between two rounds, 500ms to 1h. Default: 2s.")
    private @Nullable Duration interval;

    @Option(
            names = "--count",
            converter = OptionValue.Count.class,
            paramLabel = "N",
            description = "With --watch: stop after this many rounds. Default: until Ctrl-C.")
    private @Nullable Integer count;

    @Mixin
    private Output output = new Output();

    /**
     * @param clock the current time, which the age of records is measured against
     * @param ticker measures the rates of {@code --watch}
     */
    public StatusCommand(Clock clock, Ticker ticker) {
        this.clock = clock;
        this.ticker = ticker;
    }

    /**
     * A queue and its owner.
     *
     * @param owner the name of its owner; null if it is unknown, because the registry has no claim of it
     * @param epoch that of the owner; null likewise
     * @param lastPosition the position of its newest event, or null if no event of it is recent
     */
    record QueueLine(
            String queue,
            @Nullable String owner,
            @Nullable Long epoch,
            @Nullable String lastPosition,
            @Nullable String lastEventAt) {

        private static QueueLine of(String queue, @Nullable Claim claim, @Nullable NewestEvent event) {
            return new QueueLine(
                    queue,
                    claim == null ? null : claim.sourcePeerId(),
                    claim == null ? null : claim.epoch(),
                    event == null ? null : event.position().toString(),
                    event == null ? null : event.at().toString());
        }
    }

    /**
     * The result of the command, as JSON.
     *
     * @param problem why the owners of the queues are unknown; null if they are known
     */
    record Result(
            @Nullable String problem,
            List<QueueLine> queues,
            List<SinkLag> sinks,
            List<OpenTransaction> openTransactions) {}

    /** A partition that no sink can read to its end, because a transaction is open there. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OpenTransaction(int partition, long fromOffset, long end, @Nullable Long producerId, String text) {

        private static OpenTransaction of(HeldBack held) {
            return new OpenTransaction(
                    held.partition().partition(),
                    held.from(),
                    held.end(),
                    held.writer().map(OpenTransactions.Writer::id).orElse(null),
                    held.text());
        }
    }

    @Override
    public Integer call() throws Exception {
        validateOptions();
        kafka.requireReachable();
        try (Admin admin = kafka.admin()) {
            TopicOffsets events = ExistingTopic.find(admin, topic.name());
            if (watch) {
                List<String> unused = known(admin, events); // a wrong --name is reported before it is watched
                watch();
                return ExitCode.OK;
            }
            String problem = withoutRegistry(admin);
            Result result =
                    new Result(problem, queues(problem == null), sinks(admin, events), openTransactions(events));
            output.result(text(result), result);
        }
        return ExitCode.OK;
    }

    private void validateOptions() {
        if (!watch && (interval != null || count != null)) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "--interval and --count are about the rounds of --watch, but --watch was not given. Pass it as well.");
        }
        if (interval != null && (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0)) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "--interval is " + DurationText.of(interval) + ", but must be from 500ms to 1h. Correct it.");
        }
    }

    private void watch() throws InterruptedException, IOException {
        new StatusWatch(
                        new StatusWatch.Request(kafka.properties(), topic.name(), registryTopic.name(), name),
                        interval == null ? INTERVAL : interval,
                        count == null ? 0 : count,
                        output,
                        clock,
                        ticker)
                .run();
    }

    /** Null if there is a registry. Without one, nothing would answer to the reading of it for a minute. */
    private @Nullable String withoutRegistry(Admin admin) throws InterruptedException {
        return new TopicAdmin(admin, KafkaOptions.REQUEST_TIMEOUT)
                        .describe(registryTopic.name())
                        .isPresent()
                ? null
                : "The registry topic " + registryTopic.name()
                        + " does not exist on this cluster, so the owners of queues are"
                        + " unknown. The first source creates it: check --registry-topic, or start a source.";
    }

    private List<QueueLine> queues(boolean hasRegistry) {
        Map<String, Claim> claims =
                hasRegistry ? SourceRegistry.read(kafka.properties(), registryTopic.name()) : Map.of();
        NewestQueueEvents recent = new NewestQueueEvents(topic.name(), ticker);
        try (TopicReader reader =
                TopicReader.open(kafka.properties(), IsolationLevel.READ_UNCOMMITTED, KafkaOptions.REQUEST_TIMEOUT)) {
            recent.read(reader);
        }
        Map<String, NewestEvent> newest = recent.byQueue();
        Set<String> queues = new TreeSet<>(claims.keySet());
        queues.addAll(newest.keySet());
        return queues.stream()
                .map(queue -> QueueLine.of(queue, claims.get(queue), newest.get(queue)))
                .toList();
    }

    private List<OpenTransaction> openTransactions(TopicOffsets events) throws InterruptedException {
        Instant recent = clock.instant().minus(RECENT_WRITE);
        return events.heldBack().stream()
                .filter(held -> held.writer()
                        .map(OpenTransactions.Writer::lastWrite)
                        .filter(recent::isBefore)
                        .isEmpty())
                .map(OpenTransaction::of)
                .toList();
    }

    /** The sinks, among them the one that was named. */
    private List<String> known(Admin admin, TopicOffsets events) throws InterruptedException {
        List<String> known = ExistingTopic.readers(admin, events);
        if (name != null && !known.contains(name)) {
            throw new CommandFailedException(
                    ExitCode.REFUSED,
                    "Sink " + name + " has not committed offsets of topic " + topic.name() + ". Sinks that have: "
                            + (known.isEmpty() ? "none" : String.join(", ", known)) + ". Check --name and --topic.");
        }
        return known;
    }

    private List<SinkLag> sinks(Admin admin, TopicOffsets events) throws InterruptedException {
        List<String> known = known(admin, events);
        Instant now = clock.instant();
        return ConcurrentReads.inOrder(
                name == null ? known : List.of(name), sink -> SinkLag.of(admin, events, kafka.properties(), sink, now));
    }

    private static boolean hasFailures(SinkLag sink) {
        Long failed = sink.held().failed();
        return failed != null && failed > 0;
    }

    private static @Nullable Long size(@Nullable List<?> list) {
        return list == null ? null : (long) list.size();
    }

    /** What is missing of queues, and what happened to the event topic. */
    private static String changed(SinkLag sink) {
        StringBuilder text = new StringBuilder();
        List<SinkLag.Diverged> diverged = Objects.requireNonNullElse(sink.held().diverged(), List.of());
        if (!diverged.isEmpty()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%nSink %s, diverged: events are missing. Compare the target with the source, then start the sink with "
                            + "--clear-diverged.",
                    sink.name()));
        }
        diverged.stream()
                .limit(SHOWN)
                .forEach(queue -> text.append(String.format(
                        Locale.ROOT,
                        "%n    %s: %s, found %s%s",
                        Output.escape(queue.queue()),
                        queue.text(),
                        queue.at(),
                        queue.halted() ? "; the sink halts there" : "")));
        if (diverged.size() > SHOWN) {
            text.append(String.format(
                    Locale.ROOT, "%n    … and %,d more queues: see --output json", diverged.size() - SHOWN));
        }
        List<SinkLag.Changed> changes = Objects.requireNonNullElse(sink.held().logChanges(), List.of());
        if (!changes.isEmpty()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%nSink %s: the event topic has changed. --clear-diverged='*' removes these lines.",
                    sink.name()));
        }
        changes.stream()
                .limit(SHOWN)
                .forEach(change -> text.append(String.format(
                        Locale.ROOT,
                        "%n    %s: %s, found %s",
                        change.change(),
                        change.text(),
                        change.times() == 1 ? change.at() : change.times() + " times, last " + change.at())));
        if (changes.size() > SHOWN) {
            text.append(String.format(Locale.ROOT, "%n    … and %,d more: see --output json", changes.size() - SHOWN));
        }
        return text.toString();
    }

    private static String number(@Nullable Long number) {
        return number == null ? "-" : number.toString();
    }

    private static String text(Result result) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "%-30s %-24s %8s %16s%n", "queue", "owner", "epoch", "last position"));
        for (QueueLine queue : result.queues()) {
            String last = queue.lastPosition() == null ? "(not recent)" : queue.lastPosition();
            text.append(String.format(
                    Locale.ROOT,
                    "%-30s %-24s %8s %16s%n",
                    Output.escape(queue.queue()),
                    queue.owner() == null ? "-" : Output.escape(queue.owner()),
                    number(queue.epoch()),
                    last));
        }
        if (result.queues().stream().anyMatch(queue -> queue.lastPosition() == null)) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n(not recent): the newest %,d records of each partition contain no event of the queue.%n",
                    NewestQueueEvents.DEPTH));
        }
        text.append(String.format(
                Locale.ROOT,
                "%n%-30s %-18s %8s %14s %10s %10s %8s %8s %11s %8s",
                "sink",
                "group state",
                "members",
                "events behind",
                "behind",
                "in flight",
                "parked",
                "failed",
                "undecodable",
                "diverged"));
        for (SinkLag sink : result.sinks()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%-30s %-18s %8d %14d %10s %10s %8s %8s %11s %8s",
                    sink.name(),
                    sink.state(),
                    sink.members(),
                    sink.events(),
                    Duration.ofMillis((long) (sink.seconds() * 1000))
                            .toString()
                            .substring(2)
                            .toLowerCase(Locale.ROOT),
                    number(sink.held().inFlight()),
                    number(sink.held().parked()),
                    number(sink.held().failed()),
                    number(sink.held().undecodable()),
                    number(size(sink.held().diverged()))));
        }
        if (result.sinks().stream().anyMatch(StatusCommand::hasFailures)) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%nfailed: effects with a recorded failure, which no retry attempts again. List them with `taskqueue results "
                            + "--name APP --failed`."));
        }
        result.sinks().stream()
                .filter(sink -> sink.held().tooManyResults())
                .forEach(sink -> text.append(String.format(
                        Locale.ROOT,
                        "%n%nSink %s: recorded failures are not counted, because its results have more than %,d records. List them "
                                + "with `taskqueue results --name %s --failed`.",
                        sink.name(),
                        SinkLag.MOST_RESULTS,
                        sink.name())));
        result.sinks().forEach(sink -> WatchedText.limit(sink.limit())
                .ifPresent(limit -> text.append(String.format(Locale.ROOT, "%n%nSink %s: %s.", sink.name(), limit))));
        result.sinks().forEach(sink -> text.append(changed(sink)));
        result.openTransactions()
                .forEach(open -> text.append(String.format(Locale.ROOT, "%n%nNot readable: %s.", open.text())));
        if (result.problem() != null) {
            text.append(String.format(Locale.ROOT, "%n%n%s", result.problem()));
        }
        return text.toString();
    }
}
