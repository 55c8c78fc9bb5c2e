package io.taskqueue.cli.parked;

import io.taskqueue.cli.tasks.CommandGroup;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code taskqueue parked}: the parent of the commands about parked events. */
@Command(
        name = "parked",
        header = "Show the events that a sink could not apply, and redrive or discard them.",
        description = {
            "An event that cannot be applied within its attempts is parked with its error, and later events of its task are parked "
                    + "behind it; other tasks continue. An operator then redrives it, once the cause is fixed, or discards it.",
            "The sink does not have to run: it handles the command at its next start.",
            ""
        },
        mixinStandardHelpOptions = true)
public final class ParkedCommands implements Runnable {

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        CommandGroup.refuse(spec, "list, show, redrive or discard");
    }
}
