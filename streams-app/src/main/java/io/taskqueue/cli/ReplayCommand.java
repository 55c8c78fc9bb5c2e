package io.taskqueue.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.taskqueue.streams.ReplayOrder;
import io.taskqueue.streams.ReplayReceipt;
import io.taskqueue.streams.SinkReplays;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue replay}: moves the committed offsets of a stopped sink back, and says what came of it. */
@Command(
        name = "replay",
        header = "Let a stopped sink see events again: moves its committed offsets back.",
        description = {
            "Prints the plan; acts with --execute. The sink then sees the events again and answers each effect from its recorded "
                    + "result. Unless --mode says otherwise, nothing outside is called: an effect without a record is reported, "
                    + "and does not run.",
            "The sink must be stopped; started again, it replays, and ends with a receipt, which --receipt prints at any time and "
                    + "--wait waits for.",
            "Kafka's kafka-consumer-groups.sh --reset-offsets replays too, and runs nothing. Kafka's application reset "
                    + "tools do NOT: they delete the internal topics, and with them the recorded results and the memory of "
                    + "having run, so that every effect would run again."
        },
        footer = {
            "",
            "Example: taskqueue replay --bootstrap-server localhost:9092 --name billing --to-earliest --execute",
            "         taskqueue replay --bootstrap-server localhost:9092 --name billing --to-earliest \\",
            "             --mode rerun --select queue=orders,kind=Completed --execute --wait 10m",
            "         taskqueue replay --bootstrap-server localhost:9092 --name billing --receipt"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, or planned",
            "1:the replay was not complete within --wait, or --fail-on-missing found something missing",
            "2:the command line is wrong",
            "3:Kafka cannot be reached",
            "4:refused, and nothing changed: the sink is running, or unknown, or there is no receipt"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ReplayCommand implements Callable<Integer> {

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(names = "--name", required = true, paramLabel = "APP", description = "The sink's name.")
    private String name = "";

    @ArgGroup(multiplicity = "1")
    private ReplayWhere where = new ReplayWhere();

    @Mixin
    private ReplayChoice choice = new ReplayChoice();

    @Mixin
    private TopicOption topic = new TopicOption();

    @Option(names = "--execute", description = "Move the offsets. Without it, the plan is printed and nothing changes.")
    private boolean execute;

    @Option(
            names = "--wait",
            paramLabel = "D",
            description =
                    "Wait this long for the sink, started elsewhere, to complete the replay, and print the receipt.")
    private @Nullable Duration wait;

    @Option(names = "--fail-on-missing", description = "End with exit code 1 if the receipt counts effects as missing.")
    private boolean failOnMissing;

    @Mixin
    private Output output = new Output();

    private final Clock clock = Clock.systemUTC();

    /** What the command printed, as JSON. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Result(
            String name,
            String topic,
            boolean executed,
            int number,
            String mode,
            String select,
            long events,
            List<ReplayPlan.Move> partitions,
            @Nullable ReplayReport receipt) {}

    @Override
    public Integer call() throws Exception {
        requireSense();
        kafka.requireReachable();
        SinkReplays replays = new SinkReplays(kafka.properties(), name);
        try (Admin admin = Admin.create(KafkaOptions.adminProperties(kafka.properties()))) {
            return where.receiptOnly() ? receipt(admin, replays) : replay(admin, replays);
        }
    }

    private void requireSense() {
        if (where.receiptOnly() && (execute || choice.given())) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--receipt only reads, so it does not go with --execute, --mode or --select. Leave them out.");
        }
        if ((wait != null || failOnMissing) && !where.receiptOnly() && !execute) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "There is no receipt to wait for or to look into where nothing is replayed. Give --wait and "
                            + "--fail-on-missing with --execute or --receipt.");
        }
        if (failOnMissing && execute && wait == null) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "What is missing is known when the replay is complete. Give --fail-on-missing with --wait.");
        }
        if (!where.receiptOnly()) {
            choice.order(1, clock);
            where.target();
        }
    }

    private int replay(Admin admin, SinkReplays replays) throws InterruptedException, ExecutionException {
        ReplayPlan plan = ReplayPlan.compute(admin, name, topic.name(), where.target());
        ReplayOrder order = choice.order(ReplayPlan.nextNumber(replays), clock);
        if (!execute || wait == null) {
            if (execute) {
                plan.execute(admin, replays, order);
            }
            output.result(text(plan, order), result(plan, order, null));
            return ExitCode.OK;
        }
        plan.execute(admin, replays, order);
        output.say(text(plan, order));
        int partitions = plan.moves().size();
        ReplayReport report = ReplayReport.of(name, order, partitions, List.of());
        report = watch(replays, wait, found -> Optional.of(ReplayReport.of(name, order, partitions, found)))
                .orElse(report);
        output.result(report.text(), result(plan, order, report));
        return exitCode(report);
    }

    private int receipt(Admin admin, SinkReplays replays) throws InterruptedException, ExecutionException {
        int partitions = EventTopic.find(admin, topic.name()).partitions().size();
        ReplayReport report = watch(
                        replays,
                        wait == null ? Duration.ZERO : wait,
                        found -> ReplayReport.latest(name, partitions, found))
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.REFUSED,
                        "There is no receipt of a replay of sink " + name
                                + ": it has not seen an event again, or there is no such sink. Check --name; a replay that was "
                                + "ordered begins when the sink is started."));
        output.result(report.text(), report);
        return exitCode(report);
    }

    private Optional<ReplayReport> watch(
            SinkReplays replays, Duration time, Function<List<ReplayReceipt>, Optional<ReplayReport>> report)
            throws InterruptedException {
        if (time.isZero()) {
            return report.apply(replays.receipts());
        }
        return new ReceiptWatch(replays, clock).await(time, report, Progress.begin("replaying", output));
    }

    private int exitCode(ReplayReport report) {
        boolean waitedInVain = wait != null && !report.complete();
        boolean missing = failOnMissing && report.counts().missing() > 0;
        return waitedInVain || missing ? ExitCode.FAILED : ExitCode.OK;
    }

    private Result result(ReplayPlan plan, ReplayOrder order, @Nullable ReplayReport report) {
        return new Result(
                name,
                topic.name(),
                execute,
                order.number(),
                order.mode().text(),
                order.selection().toString(),
                plan.events(),
                plan.moves(),
                report);
    }

    private String text(ReplayPlan plan, ReplayOrder order) {
        String begin = String.format(
                Locale.ROOT,
                "Replay %d of sink %s from topic %s: %s%s%n%n",
                order.number(),
                name,
                topic.name(),
                order.mode(),
                ReplayReport.of(order.selection().toString()));
        String end = execute
                ? "Done: start the sink, and it sees " + plan.events() + " records again. "
                : "Nothing was changed: this is the plan. Add --execute to carry it out.";
        return begin + plan.text() + System.lineSeparator() + end + (execute ? whatRuns(order) : "");
    }

    private static String whatRuns(ReplayOrder order) {
        return switch (order.mode()) {
            case RECORDED_ONLY -> "What has a recorded result is answered from it; nothing runs.";
            case FILL_GAPS -> "What has a recorded result is answered from it; what has none runs"
                    + (order.selection().isAll() ? "." : ", if it is selected.");
            case RERUN -> "The effects of the selected events run once more, under generation " + order.number()
                    + " of their keys; the old results stay. The rest is answered from the record.";
        };
    }
}
