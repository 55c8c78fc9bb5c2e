package io.taskqueue.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code taskqueue parked}: what a sink could not apply, and what becomes of it. */
@Command(
        name = "parked",
        header = "Show what a sink could not apply, and redrive or discard it.",
        description = {
            "An event that cannot be applied within its tries is parked with its error, and later events of its task behind it; "
                    + "other tasks go on. A person then decides: redrive it once the cause is mended, or discard it.",
            "The sink need not run for it: what is decided then is done at its next start.",
            ""
        },
        mixinStandardHelpOptions = true,
        subcommands = {
            ParkedListCommand.class,
            ParkedShowCommand.class,
            ParkedRedriveCommand.class,
            ParkedDiscardCommand.class
        })
final class ParkedCommands implements Runnable {

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            spec.commandLine().usage(spec.commandLine().getErr());
            throw new ParameterException(spec.commandLine(), "Which one?");
        }
    }
}
