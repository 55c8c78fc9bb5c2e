package io.taskqueue.cli.parked;

import io.taskqueue.cli.shared.StatePoller;
import io.taskqueue.queue.Ticker;
import io.taskqueue.streams.admin.ParkedEvents;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code taskqueue parked redrive}: parked tasks continue. */
@Command(
        name = "redrive",
        header = "Redrive parked tasks: their events are applied again, in order.",
        description = {
            "Prints the plan; acts with --execute. Each event gets the full number of attempts again, with the same effect keys. "
                    + "Effects that have a recorded result do not run again. An effect whose outcome is unknown, and for "
                    + "which the event was parked, does run: redrive it only if the effect was not done."
        },
        footer = {
            "",
            "Example: taskqueue parked redrive --bootstrap-server localhost:9092 \\",
            "             --name billing --task orders/7/42 --execute --wait 10s"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ParkedRedriveCommand implements Callable<Integer> {

    @Mixin
    private ParkedAction action;

    /** @param ticker measures how long {@code --wait} has waited */
    public ParkedRedriveCommand(Ticker ticker) {
        this.action = new ParkedAction(new StatePoller(ticker));
    }

    @Override
    public Integer call() throws InterruptedException {
        return action.run("redrive", "Their events are applied again, in order.", ParkedEvents::redrive);
    }
}
