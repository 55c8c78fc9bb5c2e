package io.taskqueue.cli;

import io.taskqueue.streams.ParkedEvents;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code taskqueue parked redrive}. */
@Command(
        name = "redrive",
        header = "Let parked tasks go on: their events are applied again, in order.",
        description = {
            "Prints the plan; acts with --execute. The events get as many tries as at first, under the keys that they had. Effects "
                    + "that have a recorded result do not run again. An effect that was begun and waits for a person's decision "
                    + "runs: redrive it only if it was not done."
        },
        footer = {
            "",
            "Example: taskqueue parked redrive --bootstrap-server localhost:9092 \\",
            "             --name billing --task orders/7/42 --execute --wait 10s"
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
final class ParkedRedriveCommand implements Callable<Integer> {

    @Mixin
    private ParkedDecision decision = new ParkedDecision();

    @Override
    public Integer call() throws InterruptedException {
        return decision.decide("redrive", "Their events are applied again, in order.", ParkedEvents::redrive);
    }
}
