package io.taskqueue.cli.parked;

import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.StatePoller;
import io.taskqueue.queue.Ticker;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue parked discard}: parked events are never applied. */
@Command(
        name = "discard",
        header = "Discard the first parked event of tasks; the events behind it are applied.",
        description = {
            "Prints the plan; acts with --execute. A discarded event is never applied, not in a replay either. It is kept, with who "
                    + "discarded it and why, until the event topic has deleted it: see `parked list --discarded`."
        },
        footer = {
            "",
            "Example: taskqueue parked discard --bootstrap-server localhost:9092 \\",
            "             --name billing --task orders/7/42 --reason \"refunded\" --execute"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ParkedDiscardCommand implements Callable<Integer> {

    @Mixin
    private ParkedAction action;

    @Option(
            names = "--reason",
            converter = OptionValue.Line.class,
            required = true,
            paramLabel = "WHY",
            description = "The reason; it is stored with the event.")
    private String reason = "";

    @Option(
            names = "--with-following",
            description = "Discard all parked events of the tasks, not only the first of each.")
    private boolean following;

    /** @param ticker measures how long {@code --wait} has waited */
    public ParkedDiscardCommand(Ticker ticker) {
        this.action = new ParkedAction(new StatePoller(ticker));
    }

    @Override
    public Integer call() throws InterruptedException {
        String effect = following
                ? "All of their parked events are discarded."
                : "The first event of each task is discarded, and the events behind it are applied.";
        return action.run("discard", effect, (parked, task, by) -> parked.discard(task, by, reason, following));
    }
}
