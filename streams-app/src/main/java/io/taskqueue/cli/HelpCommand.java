package io.taskqueue.cli;

import io.taskqueue.cli.shared.ExitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code taskqueue help COMMAND}: the same as {@code taskqueue COMMAND --help}. */
@Command(name = "help", header = "Show the help of a command.", mixinStandardHelpOptions = true, helpCommand = true)
final class HelpCommand implements Callable<Integer> {

    @Parameters(
            paramLabel = "COMMAND",
            arity = "0..*",
            description = "The command, for example `parked list`. Default: all.")
    private List<String> path = new ArrayList<>();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        if (spec == null || spec.parent() == null) {
            throw new IllegalStateException("The command help has no parent. Add it to another command.");
        }
        CommandLine command = spec.parent().commandLine();
        for (String name : path) {
            CommandLine sub = command.getSubcommands().get(name);
            if (sub == null) {
                throw new UnmatchedArgumentException(command, List.of(name));
            }
            command = sub;
        }
        command.usage(spec.commandLine().getOut());
        return ExitCode.OK;
    }
}
