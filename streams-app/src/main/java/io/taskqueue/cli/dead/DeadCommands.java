package io.taskqueue.cli.dead;

import io.taskqueue.cli.tasks.CommandGroup;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code taskqueue dead}: the parent of the commands about dead tasks. */
@Command(
        name = "dead",
        header = "Show the tasks of a queue that get no further attempt, and retry them.",
        description = {
            "A task is dead when its attempts are used up, or when its worker failed it without a requeue. It stays on the event topic "
                    + "as long as the topic's retention keeps it. An operator then retries it, once the cause is fixed.",
            "No dispatcher has to run: the next one of the queue retries the task.",
            ""
        },
        mixinStandardHelpOptions = true)
public final class DeadCommands implements Runnable {

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        CommandGroup.refuse(spec, "list, show or retry");
    }
}
