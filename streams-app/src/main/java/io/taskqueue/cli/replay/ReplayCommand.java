package io.taskqueue.cli.replay;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExistingTopic;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.KafkaOptions;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.Progress;
import io.taskqueue.cli.shared.StatePoller;
import io.taskqueue.cli.shared.TopicOption;
import io.taskqueue.queue.Ticker;
import io.taskqueue.streams.admin.ReplayMove;
import io.taskqueue.streams.admin.SinkReplays;
import io.taskqueue.streams.replay.ReplayOrder;
import io.taskqueue.streams.replay.ReplayReceipt;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue replay}: moves the committed offsets of a stopped sink back, and prints the receipt of a replay. */
@Command(
        name = "replay",
        header = "Replay events at a stopped sink: moves its committed offsets back.",
        description = {
            "Prints the plan; acts with --execute. The sink then reads the events again and answers each effect from its recorded "
                    + "result. Unless --mode selects otherwise, it makes no outside call: an effect without a recorded result "
                    + "does not run and is counted as missing.",
            "The sink must be stopped. When it is started again, it replays and writes a receipt, which --receipt prints at any time "
                    + "and --wait waits for.",
            "Kafka's kafka-consumer-groups.sh --reset-offsets is a recorded-only replay as well. Kafka's application reset tools "
                    + "are NOT: they delete the internal topics, with the recorded results and the checkpoints in them, so "
                    + "that every effect would run again."
        },
        footer = {
            "",
            "Example: taskqueue replay --bootstrap-server localhost:9092 --name billing --to-earliest --execute",
            "         taskqueue replay --bootstrap-server localhost:9092 --name billing --to-earliest \\",
            "             --mode rerun --select queue=orders,kind=Completed --execute --wait 10m",
            "         taskqueue replay --bootstrap-server localhost:9092 --name billing --to-earliest \\",
            "             --mode rerun --select result=failed",
            "         taskqueue replay --bootstrap-server localhost:9092 --name billing --receipt"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, or planned",
            "1:the replay was not complete within --wait, or --fail-on-missing found missing results",
            "2:the command line is invalid",
            "3:Kafka cannot be reached, or does not accept or permit the user",
            "4:refused, and nothing was changed: the sink is running or unknown, or there is no receipt"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ReplayCommand implements Callable<Integer> {

    private final Clock clock;
    private final StatePoller poller;

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = "--name",
            converter = OptionValue.Sink.class,
            required = true,
            paramLabel = "APP",
            description = "The name of the sink.")
    private String name = "";

    @ArgGroup(multiplicity = "1")
    private ReplayTargetOptions target = new ReplayTargetOptions();

    @Mixin
    private ReplayModeOptions mode = new ReplayModeOptions();

    @Mixin
    private TopicOption topic = new TopicOption();

    @Option(names = "--execute", description = "Move the offsets. Without it, the plan is printed and nothing changes.")
    private boolean execute;

    @Option(
            names = "--wait",
            paramLabel = "D",
            description =
                    "Wait up to this long until the sink, which runs elsewhere, has completed the replay; then print the "
                            + "receipt.")
    private @Nullable Duration wait;

    @Option(names = "--fail-on-missing", description = "End with exit code 1 if the receipt counts effects as missing.")
    private boolean failOnMissing;

    @Mixin
    private Output output = new Output();

    /**
     * Creates the command.
     *
     * @param clock the time of an order
     * @param ticker measures how long {@code --wait} has waited
     */
    public ReplayCommand(Clock clock, Ticker ticker) {
        this.clock = clock;
        this.poller = new StatePoller(ticker);
    }

    /**
     * The result of the command, as JSON.
     *
     * @param events the number of records that are read again
     * @param selected the number of events that match the selection, from the start of the replay to the end of the topic; absent
     *     where all do
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Result(
            String name,
            String topic,
            boolean executed,
            @JsonUnwrapped Ordered order,
            long events,
            @Nullable Long selected,
            List<ReplayMove> partitions,
            @Nullable ReplayReport receipt) {}

    /**
     * What is ordered.
     *
     * @param failures the number of recorded failures that are selected; null unless only these are
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Ordered(int number, String mode, String select, @Nullable Long failures) {

        static Ordered of(ReplayOrder order, @Nullable Long failures) {
            return new Ordered(
                    order.number(), order.mode().text(), order.selection().toString(), failures);
        }
    }

    @Override
    public Integer call() throws Exception {
        validateOptions();
        kafka.requireReachable();
        SinkReplays replays = new SinkReplays(kafka.properties(), name);
        try (Admin admin = kafka.admin()) {
            return target.receiptOnly() ? receipt(admin, replays) : replay(admin, replays);
        }
    }

    private void validateOptions() {
        if (target.receiptOnly() && (execute || mode.given())) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "--receipt only reads, but --execute, --mode or --select was given as well. Omit them.");
        }
        if ((wait != null || failOnMissing) && !target.receiptOnly() && !execute) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "--wait and --fail-on-missing need a receipt, but a plan has none. Pass them with --execute or --receipt.");
        }
        if (failOnMissing && execute && wait == null) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "Missing results are known when the replay is complete. Pass --fail-on-missing with --wait.");
        }
        if (!target.receiptOnly()) {
            mode.order(1, clock);
            target.target();
        }
    }

    private int replay(Admin admin, SinkReplays replays) throws InterruptedException, ExecutionException {
        ReplayPlan plan = ReplayPlan.compute(admin, name, topic.name(), target.target());
        ReplayOrder order = mode.order(ReplayPlan.nextNumber(replays), clock);
        Long failures = order.selection().failuresOnly()
                ? SelectedFailures.count(admin, kafka.properties(), plan, order.selection())
                : null;
        Long selected = failures == null ? selected(admin, plan, order) : null;
        if (execute) {
            requireSelected(plan, order, selected);
            if (failures != null && failures == 0) {
                throw new CommandFailedException(
                        ExitCode.REFUSED,
                        "No recorded failure is selected in the " + plan.events()
                                + " records that would be read again, so nothing "
                                + "was changed. List them with `taskqueue results --name " + name
                                + " --failed`, and check --select and how far back the offsets are moved.");
            }
            plan.execute(admin, replays, order);
        }
        String text = text(plan, order, selectedText(plan, failures, selected));
        Ordered ordered = Ordered.of(order, failures);
        if (!execute || wait == null) {
            output.result(text, result(plan, ordered, selected, null));
            return ExitCode.OK;
        }
        output.progress(text);
        int partitions = plan.moves().size();
        ReplayReport report = await(
                        replays, wait, found -> Optional.of(ReplayReport.of(name, order, partitions, found)))
                .orElseGet(() -> ReplayReport.of(name, order, partitions, List.of()));
        output.result(report.text(), result(plan, ordered, selected, report));
        return exitCode(report);
    }

    private int receipt(Admin admin, SinkReplays replays) throws InterruptedException {
        int partitions = ExistingTopic.find(admin, topic.name()).partitions().size();
        ReplayReport report = await(
                        replays,
                        wait == null ? Duration.ZERO : wait,
                        found -> ReplayReport.latest(name, partitions, found))
                .orElseThrow(() -> new CommandFailedException(
                        ExitCode.REFUSED,
                        "There is no receipt of a replay of sink " + name
                                + ": it has not replayed an event, or there is no such sink. Check --name; a replay that was "
                                + "ordered begins when the sink is started."));
        output.result(report.text(), report);
        return exitCode(report);
    }

    /** The report when it is complete, the timeout has passed, or the process is asked to end; empty while there is none. */
    private Optional<ReplayReport> await(
            SinkReplays replays, Duration timeout, Function<List<ReplayReceipt>, Optional<ReplayReport>> report)
            throws InterruptedException {
        Supplier<Optional<ReplayReport>> latest = () -> report.apply(replays.receipts());
        if (timeout.isZero()) {
            return latest.get();
        }
        try (Progress progress = Progress.start("replaying", output)) {
            return poller.poll(
                    () -> {
                        Optional<ReplayReport> found = latest.get();
                        found.ifPresent(seen -> progress.update(seen.counts().events(), -1));
                        return found;
                    },
                    found -> found.isPresent() && found.get().complete(),
                    timeout);
        }
    }

    private int exitCode(ReplayReport report) {
        boolean timedOut = wait != null && !report.complete();
        boolean missing = failOnMissing && report.counts().missing() > 0;
        return timedOut || missing ? ExitCode.FAILED : ExitCode.OK;
    }

    private Result result(ReplayPlan plan, Ordered order, @Nullable Long selected, @Nullable ReplayReport report) {
        return new Result(name, topic.name(), execute, order, plan.events(), selected, plan.moves(), report);
    }

    private String text(ReplayPlan plan, ReplayOrder order, String selected) {
        String title = String.format(
                Locale.ROOT,
                "Replay %d of sink %s from topic %s: %s%s%n%n",
                order.number(),
                name,
                topic.name(),
                order.mode(),
                ReplayReport.suffix(order.selection().toString()));
        String end = execute
                ? "The offsets were moved. Start the sink: it reads " + plan.events() + " records again. "
                        + whatRuns(order)
                : Output.PLAN;
        return title + plan.text() + selected + System.lineSeparator() + end;
    }

    /** The number of events that match the selection; null where all do. */
    private @Nullable Long selected(Admin admin, ReplayPlan plan, ReplayOrder order) throws InterruptedException {
        if (order.selection().isAll()) {
            return null;
        }
        try (Progress progress = Progress.start("counting selected events", output)) {
            return new SelectedEvents(plan, order.selection()).count(admin, kafka.properties(), progress);
        }
    }

    private static void requireSelected(ReplayPlan plan, ReplayOrder order, @Nullable Long selected) {
        if (selected != null && selected == 0) {
            throw new CommandFailedException(
                    ExitCode.REFUSED,
                    "The replay would select no event: none of topic " + plan.topic() + " from its start on matches "
                            + order.selection()
                            + ". Nothing was changed. Correct --select, or choose an earlier start.");
        }
    }

    private static String selectedText(ReplayPlan plan, @Nullable Long failures, @Nullable Long selected) {
        String unread = plan.events() == 0
                ? String.format("%nNo record is read again: the committed offsets are not behind this start.%n")
                : "";
        if (failures != null) {
            return unread + String.format(Locale.ROOT, "%n%,d recorded failures are selected.%n", failures);
        }
        if (selected == null) {
            return unread;
        }
        return unread
                + (selected == 0
                        ? String.format("%nNO EVENT IS SELECTED: none from this start on matches the selection.%n")
                        : String.format(
                                Locale.ROOT, "%n%,d events from this start on match the selection.%n", selected));
    }

    private static String whatRuns(ReplayOrder order) {
        return switch (order.mode()) {
            case RECORDED_ONLY -> "Effects are answered from recorded results; none runs.";
            case FILL_GAPS -> "Effects are answered from recorded results; those without one run"
                    + (order.selection().isAll() ? "." : ", if their event is selected.");
            case RERUN -> order.selection().failuresOnly()
                    ? "The failed effects of the selected events run again, and those that never ran because of them, under generation "
                            + order.number() + " of their keys. Other effects are answered from recorded results."
                    : "The effects of the selected events run again, under generation " + order.number()
                            + " of their keys; the earlier results are kept. Other effects are answered from recorded results.";
        };
    }
}
