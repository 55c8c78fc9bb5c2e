package io.taskqueue.cli;

import io.taskqueue.cli.shared.ExitCode;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/** {@code taskqueue completion}: the script with which a shell completes the commands and options of this version. */
@Command(
        name = "completion",
        header = "Print a script with which bash and zsh complete commands, options and their values.",
        description =
                "The script completes the command `taskqueue`, in whichever directory it is. Print it again after an upgrade.",
        footer = {
            "",
            "Example: source <(taskqueue completion)",
            "         taskqueue completion > ~/.local/share/bash-completion/completions/taskqueue"
        },
        exitCodeList = {"0:done", "2:the command line is invalid"},
        mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("The command completion is not part of a command line.");
        }
        CommandSpec root = spec.root();
        offerLowerCase(root.commandLine());
        spec.commandLine().getOut().println(AutoComplete.bash(root.name(), root.commandLine()));
        return ExitCode.OK;
    }

    /** The values of an enum are offered as the help writes them. */
    private static void offerLowerCase(CommandLine command) {
        CommandSpec commandSpec = command.getCommandSpec();
        for (OptionSpec option : List.copyOf(commandSpec.options())) {
            if (option.type().isEnum()) {
                List<String> values = Stream.of(option.type().getEnumConstants())
                        .map(value -> value.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .toList();
                commandSpec.remove(option);
                commandSpec.addOption(
                        OptionSpec.builder(option).completionCandidates(values).build());
            }
        }
        command.getSubcommands().values().forEach(CompletionCommand::offerLowerCase);
    }
}
