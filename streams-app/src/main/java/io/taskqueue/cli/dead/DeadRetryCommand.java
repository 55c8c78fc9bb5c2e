package io.taskqueue.cli.dead;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.StatePoller;
import io.taskqueue.cli.tasks.OperatorOption;
import io.taskqueue.cli.tasks.TaskText;
import io.taskqueue.config.DurationText;
import io.taskqueue.queue.Ticker;
import io.taskqueue.source.dead.DeadTask;
import io.taskqueue.source.dead.DeadTaskPage;
import io.taskqueue.source.dead.DeadTaskQuery;
import io.taskqueue.source.dead.DeadTasks;
import io.taskqueue.source.dead.RetryOrder;
import io.taskqueue.source.dead.RetryResult;
import io.taskqueue.source.registry.Claim;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue dead retry}: dead tasks get their attempts again. */
@Command(
        name = "retry",
        header = "Retry dead tasks: they are put back into their queue.",
        description = {
            "Prints the plan; acts with --execute. Each task keeps its identity, its payload and its last error, and gets as many attempts "
                    + "as at first; their numbers continue.",
            "The command writes an order into the registry and does not claim the queue. A running dispatcher of the queue executes the "
                    + "order within a second, otherwise the next one that starts. Each task is put back once, regardless of who orders it and "
                    + "how often."
        },
        footer = {
            "",
            "Example: taskqueue dead retry --bootstrap-server localhost:9092 \\",
            "             --queue orders --error-code timeout --execute"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, planned, or ordered",
            "1:a task was not put back, or --wait was given and nobody executed the order within it",
            "2:the command line is invalid",
            "3:Kafka cannot be reached, or does not accept or permit the user",
            "4:refused, and nothing was changed: the queue is not in the registry, the task is not dead, or too many orders wait"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class DeadRetryCommand implements Callable<Integer> {

    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(5);
    private static final int SHOWN_REFUSALS = 20;

    private final Clock clock;
    private final StatePoller poller;

    @Mixin
    private DeadSelection selection = new DeadSelection();

    @Option(names = "--all", description = "All dead tasks of the queue.")
    private boolean all;

    @Option(names = "--execute", description = "Write the order. Without it, the plan is printed and nothing changes.")
    private boolean execute;

    @Option(
            names = "--wait",
            paramLabel = "D",
            description =
                    "With --execute: wait up to this long until the owner of the queue has executed the order. Default: 5s, "
                            + "after which the order waits for the next owner.")
    private @Nullable Duration wait;

    @Mixin
    private OperatorOption by = new OperatorOption();

    @Mixin
    private Output output = new Output();

    /**
     * Creates the command.
     *
     * @param clock the time of an order
     * @param ticker measures how long {@code --wait} has waited
     */
    public DeadRetryCommand(Clock clock, Ticker ticker) {
        this.clock = clock;
        this.poller = new StatePoller(ticker);
    }

    @Override
    public Integer call() throws InterruptedException {
        validateOptions();
        DeadTasks dead = selection.connect();
        DeadTaskPage page = selection.read(dead, DeadTaskQuery.MAX_LIMIT);
        ObjectNode json = DeadJson.page(selection.queueName(), page, false).put("executed", execute);
        if (page.tasks().stream().noneMatch(DeadTask::retryable)) {
            boolean none = page.tasks().isEmpty();
            output.result(
                    (none
                                    ? selection.noneFound()
                                    : DeadTable.tasks(page.tasks()) + plural(page) + " cannot be retried.")
                            + DeadTable.remarks(page, "To retry them, add"),
                    json.put("executed", false));
            return none ? ExitCode.OK : ExitCode.REFUSED;
        }
        String plan = DeadTable.tasks(page.tasks())
                + DeadTable.remarks(page, "To retry them, add")
                + System.lineSeparator().repeat(2);
        if (!execute) {
            output.result(
                    plan + "They are put back into the queue, with their attempts again." + System.lineSeparator()
                            + Output.PLAN,
                    json);
            return ExitCode.OK;
        }
        List<RetryOrder> orders = order(dead, page);
        List<RetryResult> results = poller.poll(
                () -> List.copyOf(dead.results(orders).values()),
                found -> found.size() == orders.size(),
                wait == null ? DEFAULT_WAIT : wait);
        addTo(json, orders, results);
        output.result(plan + outcome(dead, orders, results), json);
        return exitCode(page, orders, results);
    }

    private static String plural(DeadTaskPage page) {
        return System.lineSeparator() + (page.tasks().size() == 1 ? "It" : "They");
    }

    private void validateOptions() {
        if (selection.selective() == all) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    all
                            ? "--all selects every dead task of the queue, but --task, --error-code, --since or --until was given "
                                    + "as well. Omit one of them."
                            : "No tasks are selected. Pass --task, --error-code, --since or --until, or --all.");
        }
        if (wait != null && !execute) {
            throw new CommandFailedException(
                    ExitCode.USAGE, "--wait waits for an order that --execute writes. Pass --wait with --execute.");
        }
    }

    private List<RetryOrder> order(DeadTasks dead, DeadTaskPage page) throws InterruptedException {
        try {
            return dead.retry(page, by.name(), clock.instant());
        } catch (IllegalStateException e) {
            throw CommandFailedException.refused(e);
        }
    }

    private static void addTo(ObjectNode json, List<RetryOrder> orders, List<RetryResult> results) {
        ArrayNode ids = json.putArray("orders");
        orders.forEach(order -> ids.add(order.id().toString()));
        json.put("waitingOrders", orders.size() - results.size());
        ArrayNode outcomes = json.putArray("outcomes");
        for (RetryResult result : results) {
            for (RetryResult.TaskOutcome outcome : result.tasks()) {
                ObjectNode task = outcomes.addObject()
                        .put("task", outcome.task().toString())
                        .put("executedBy", result.executedBy())
                        .put("epoch", result.epoch());
                if (outcome instanceof RetryResult.Restored restored) {
                    task.put("restored", restored.position().toString());
                } else if (outcome instanceof RetryResult.Refused refused) {
                    task.put("refused", refused.reason());
                }
            }
        }
    }

    private String outcome(DeadTasks dead, List<RetryOrder> orders, List<RetryResult> results) {
        StringBuilder text = new StringBuilder();
        for (RetryResult result : results) {
            List<RetryResult.Restored> restored = result.tasks().stream()
                    .filter(RetryResult.Restored.class::isInstance)
                    .map(RetryResult.Restored.class::cast)
                    .toList();
            text.append("Taken by ")
                    .append(Output.escape(result.executedBy()))
                    .append(" (epoch ")
                    .append(result.epoch())
                    .append("): ")
                    .append(TaskText.count(restored.size(), "task"))
                    .append(restored.size() == 1 ? " is in the queue again" : " are in the queue again");
            if (!restored.isEmpty()) {
                text.append(", Restored ")
                        .append(DeadTable.range(restored.stream()
                                .map(RetryResult.Restored::position)
                                .toList()));
            }
            text.append('.').append(System.lineSeparator());
        }
        refusals(text, results);
        if (results.size() < orders.size()) {
            text.append(waiting(dead, orders.size() - results.size()));
        }
        return text.toString().stripTrailing();
    }

    private static void refusals(StringBuilder text, List<RetryResult> results) {
        List<RetryResult.Refused> refused = results.stream()
                .flatMap(result -> result.tasks().stream())
                .filter(RetryResult.Refused.class::isInstance)
                .map(RetryResult.Refused.class::cast)
                .toList();
        refused.stream().limit(SHOWN_REFUSALS).forEach(task -> text.append(TaskText.name(task.task()))
                .append(" was not put back. ")
                .append(Output.escape(task.reason()))
                .append(System.lineSeparator()));
        if (refused.size() > SHOWN_REFUSALS) {
            text.append(TaskText.count(refused.size() - SHOWN_REFUSALS, "further task"))
                    .append(" not put back; --output json lists all.")
                    .append(System.lineSeparator());
        }
    }

    private String waiting(DeadTasks dead, int orders) {
        Claim owner = DeadSelection.refusing(dead::owner);
        return "Ordered, but " + (orders == 1 ? "the order is" : orders + " orders are") + " not executed after "
                + DurationText.of(wait == null ? DEFAULT_WAIT : wait) + ". The last owner of the queue is "
                + Output.escape(owner.sourcePeerId()) + " (epoch " + owner.epoch() + "), claimed at "
                + TaskText.seconds(owner.claimedAt())
                + ". It executes the order if it is running and reaches Kafka; otherwise the next dispatcher of the queue does,"
                + " when it starts.";
    }

    private int exitCode(DeadTaskPage page, List<RetryOrder> orders, List<RetryResult> results) {
        boolean refused = !page.tasks().stream().allMatch(DeadTask::retryable)
                || results.stream()
                        .anyMatch(result -> result.restored() < result.tasks().size());
        boolean late = wait != null && results.size() < orders.size();
        return refused || late ? ExitCode.FAILED : ExitCode.OK;
    }
}
