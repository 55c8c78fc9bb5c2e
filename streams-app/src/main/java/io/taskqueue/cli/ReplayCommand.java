package io.taskqueue.cli;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue replay}: moves the committed offsets of a stopped sink back. */
@Command(
        name = "replay",
        header = "Let a stopped sink see events again: moves its committed offsets back.",
        description = {
            "Prints the plan; acts with --execute. The sink then sees the events again and answers each effect from its recorded "
                    + "result: nothing outside is called. An effect without a record is reported, and does not run.",
            "The sink must be stopped. Kafka's kafka-consumer-groups.sh --reset-offsets does the same. Kafka's application reset "
                    + "tools do NOT: they delete the internal topics, and with them the recorded results and the memory of "
                    + "having run, so that every effect would run again."
        },
        footer = {
            "",
            "Example: taskqueue replay --bootstrap-server localhost:9092 --name billing --to-earliest --execute"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, or planned",
            "2:the command line is wrong",
            "3:Kafka cannot be reached",
            "4:refused, and nothing changed: the sink is running, or unknown"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ReplayCommand implements Callable<Integer> {

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(names = "--name", required = true, paramLabel = "APP", description = "The sink's name.")
    private String name = "";

    @ArgGroup(multiplicity = "1")
    private Where where = new Where();

    /** Exactly one of these. */
    static final class Where {
        @Option(names = "--to-earliest", description = "Back to the first record that the topic still has.")
        private boolean earliest;

        @Option(names = "--to-offset", paramLabel = "N", description = "To this offset in every partition.")
        private @Nullable Long offset;

        @Option(
                names = "--to-datetime",
                paramLabel = "TIME",
                description = "To the first record at or after this time, as in 2026-11-23T09:30:00Z.")
        private @Nullable String time;

        ReplayPlan.Target target() {
            if (offset != null) {
                return ReplayPlan.Target.offset(offset);
            }
            if (time != null) {
                return ReplayPlan.Target.time(parse(time));
            }
            if (earliest) {
                return ReplayPlan.Target.earliest();
            }
            throw new CommandFailure(
                    ExitCode.USAGE, "Where to? Give one of --to-earliest, --to-offset, --to-datetime.");
        }

        private static Instant parse(String text) {
            try {
                return OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeParseException e) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "--to-datetime " + text + " is no time with an offset. Write it as 2026-11-23T09:30:00Z or "
                                + "2026-11-23T10:30:00+01:00.",
                        e);
            }
        }
    }

    @Mixin
    private TopicOption topic = new TopicOption();

    @Option(names = "--execute", description = "Move the offsets. Without it, the plan is printed and nothing changes.")
    private boolean execute;

    @Mixin
    private Output output = new Output();

    /** What the command printed, as JSON. */
    record Result(String name, String topic, boolean executed, long events, List<ReplayPlan.Move> partitions) {}

    @Override
    public Integer call() throws Exception {
        ReplayPlan.Target target = where.target();
        kafka.requireReachable();
        try (Admin admin = Admin.create(KafkaOptions.adminProperties(kafka.properties()))) {
            ReplayPlan plan = ReplayPlan.compute(admin, name, topic.name(), target);
            if (execute) {
                plan.execute(admin);
            }
            output.result(text(plan), new Result(name, topic.name(), execute, plan.events(), plan.moves()));
        }
        return ExitCode.OK;
    }

    private String text(ReplayPlan plan) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "Replay of sink %s from topic %s%n%n%9s %12s %12s %12s%n",
                name,
                topic.name(),
                "partition",
                "from",
                "to",
                "events"));
        for (ReplayPlan.Move move : plan.moves()) {
            String from = move.from() == null ? "-" : move.from().toString();
            text.append(String.format(
                    Locale.ROOT, "%9d %12s %12d %12d%n", move.partition(), from, move.to(), move.events()));
        }
        text.append(System.lineSeparator());
        text.append(
                execute
                        ? "Done: start the sink, and it sees " + plan.events()
                                + " records again. What has a recorded result is answered from it; nothing runs."
                        : "Nothing was changed: this is the plan. Add --execute to carry it out.");
        return text.toString();
    }
}
