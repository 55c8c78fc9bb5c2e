package io.taskqueue.cli.sink;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.KafkaOptions;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.tasks.OperatorOption;
import io.taskqueue.streams.admin.SinkRates;
import io.taskqueue.streams.rate.RateLimit;
import io.taskqueue.streams.rate.RateOrder;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue rate}: how often a running sink calls its target. */
@Command(
        name = "rate",
        header = "Change how many calls a sink makes in a second, while it runs.",
        description = {
            "Prints the plan; acts with --execute. The limit holds for all instances of the sink together, from about a second later, and also "
                    + "after a restart, in place of --rate and --rate-per-key of the command `sink`, until --reset restores those. A limit "
                    + "that is not given is none."
        },
        footer = {"", "Example: taskqueue rate --bootstrap-server localhost:9092 --name billing --rate 50 --execute"},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, or planned",
            "1:the order could not be sent",
            "2:the command line is invalid",
            "3:Kafka cannot be reached, or does not accept or permit the user",
            "4:refused, and nothing was changed: the sink is unknown"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class RateCommand implements Callable<Integer> {

    private final Clock clock;

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = "--name",
            converter = OptionValue.Sink.class,
            required = true,
            paramLabel = "APP",
            description = "The name of the sink.")
    private String name = "";

    @Option(
            names = "--rate",
            converter = OptionValue.CallRate.class,
            paramLabel = "N",
            description = "The number of calls in a second; none for no limit.")
    private @Nullable Double rate;

    @Option(
            names = "--rate-per-key",
            converter = OptionValue.CallRate.class,
            paramLabel = "N",
            description = "The number of calls in a second for the events of one owner peer; none for no limit.")
    private @Nullable Double ratePerKey;

    @Option(names = "--reset", description = "Restore the limits that the sink was started with.")
    private boolean reset;

    @Option(names = "--execute", description = "Send the order. Without it, the plan is printed and nothing changes.")
    private boolean execute;

    @Mixin
    private OperatorOption by = new OperatorOption();

    @Mixin
    private Output output = new Output();

    /** @param clock the time of an order */
    public RateCommand(Clock clock) {
        this.clock = clock;
    }

    /** The result of the command, as JSON; a limit that is absent is none. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Result(String name, boolean executed, boolean reset, @Nullable Double rate, @Nullable Double ratePerKey) {}

    @Override
    public Integer call() throws InterruptedException {
        boolean limits = rate != null || ratePerKey != null;
        if (limits == reset) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    reset
                            ? "--reset restores the limits of the start, but --rate or --rate-per-key was given as well. Omit one of them."
                            : "No limit is given. Pass --rate, --rate-per-key or both, or --reset.");
        }
        Optional<RateLimit> limit =
                reset ? Optional.empty() : Optional.of(new RateLimit(orNone(rate), orNone(ratePerKey)));
        kafka.requireReachable();
        SinkRates rates = new SinkRates(kafka.properties(), name);
        Optional<RateOrder> latest = rates.latest();
        String before = latest.map(order ->
                        "  before: " + text(order.limit()) + ", as ordered at " + order.at() + System.lineSeparator())
                .orElse("");
        if (execute) {
            send(rates, new RateOrder(limit, by.name(), after(latest)));
        }
        String text = "Sink " + name + ": " + text(limit) + System.lineSeparator() + before
                + (execute ? "The order was sent. The sink follows it while it is running." : Output.PLAN);
        output.result(text, new Result(name, execute, reset, finite(rate), finite(ratePerKey)));
        return ExitCode.OK;
    }

    /** Now, or later than the order before: a sink ignores one that is older, as of a machine whose clock is behind. */
    private Instant after(Optional<RateOrder> latest) {
        Instant now = clock.instant();
        return latest.map(order -> order.at().plusMillis(1))
                .filter(next -> next.isAfter(now))
                .orElse(now);
    }

    private static String text(Optional<RateLimit> limit) {
        return limit.map(RateLimit::toString).orElse("the limits that it was started with");
    }

    private static void send(SinkRates rates, RateOrder order) throws InterruptedException {
        try {
            rates.order(order);
        } catch (IllegalStateException unknown) {
            throw new CommandFailedException(ExitCode.REFUSED, String.valueOf(unknown.getMessage()), unknown);
        } catch (KafkaException failure) {
            throw new CommandFailedException(
                    ExitCode.FAILED,
                    "The order was not written to the control topic of the sink: " + failure.getMessage()
                            + ". Check that the topic may be written to, and repeat the command.",
                    failure);
        }
    }

    private static double orNone(@Nullable Double limit) {
        return limit == null ? RateLimit.UNLIMITED : limit;
    }

    private static @Nullable Double finite(@Nullable Double limit) {
        return limit == null || limit == RateLimit.UNLIMITED ? null : limit;
    }
}
