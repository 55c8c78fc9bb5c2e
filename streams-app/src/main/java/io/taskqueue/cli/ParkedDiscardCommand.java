package io.taskqueue.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue parked discard}. */
@Command(
        name = "discard",
        header = "Give up the first parked event of tasks; those behind it go on.",
        description = {
            "Prints the plan; acts with --execute. A discarded event is not applied any more, not in a replay either. It is kept "
                    + "with who decided it and why, until the event topic has dropped it: see `parked list --discarded`."
        },
        footer = {
            "",
            "Example: taskqueue parked discard --bootstrap-server localhost:9092 \\",
            "             --name billing --task orders/7/42 --reason \"refunded\" --execute"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, or planned",
            "1:the command could not be sent, or was not taken up within --wait",
            "2:the command line is wrong",
            "3:Kafka cannot be reached",
            "4:refused, and nothing changed: the sink is unknown, or the task is not parked"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ParkedDiscardCommand implements Callable<Integer> {

    @Mixin
    private ParkedDecision decision = new ParkedDecision();

    @Option(names = "--reason", required = true, paramLabel = "WHY", description = "Why. It is kept with the event.")
    private String reason = "";

    @Option(names = "--with-following", description = "Give up all parked events of the tasks, not only the first.")
    private boolean following;

    @Override
    public Integer call() throws InterruptedException {
        String effect = following
                ? "All of their parked events are given up."
                : "The first event of each is given up, and those behind it are applied.";
        return decision.decide("discard", effect, (parked, task, by) -> parked.discard(task, by, reason, following));
    }
}
