package io.taskqueue.cli.tasks;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** A command that does nothing itself: one of the commands below it is required. */
public final class CommandGroup {

    private CommandGroup() {}

    /**
     * Prints the help of the group.
     *
     * @param choice the commands below it, as in {@code list, show or retry}
     * @throws ParameterException always
     */
    public static void refuse(@Nullable CommandSpec group, String choice) {
        if (group != null) {
            group.commandLine().usage(group.commandLine().getErr());
            throw new ParameterException(
                    group.commandLine(), "A command is required after `" + group.name() + "`. Choose " + choice + ".");
        }
    }
}
