package io.taskqueue.cli;

import io.taskqueue.cli.shared.Spelling;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * An argument that a command does not know, with what it may have meant.
 *
 * @param command the command that was given the argument
 * @param text the argument
 */
record UnknownArgument(CommandLine command, String text) {

    /**
     * The first unknown argument of an invalid command line. Where a required option is missing as well, an unknown option is probably
     * that one, misspelt.
     */
    static Optional<UnknownArgument> in(ParameterException invalid) {
        CommandLine command = invalid.getCommandLine();
        if (invalid instanceof UnmatchedArgumentException unmatched) {
            return unmatched.getUnmatched().stream().findFirst().map(text -> new UnknownArgument(command, text));
        }
        return invalid instanceof MissingParameterException
                ? command.getUnmatchedArguments().stream()
                        .filter(text -> text.startsWith("-"))
                        .findFirst()
                        .map(text -> new UnknownArgument(command, text))
                : Optional.empty();
    }

    /** The fact and the suggestions. */
    String message() {
        String name = text.split("=", 2)[0];
        String qualified = command.getCommandSpec().qualifiedName();
        if (text.startsWith("-")) {
            return "`" + qualified + "` has no option " + name + "." + suggestions(Spelling.closest(name, options()));
        }
        Collection<String> commands = command.getSubcommands().keySet();
        return commands.isEmpty()
                ? "`" + qualified + "` takes options only, but found '" + text + "'."
                : "`" + qualified + "` has no command '" + text + "'." + suggestions(Spelling.closest(text, commands));
    }

    private List<String> options() {
        List<String> names = new ArrayList<>();
        for (OptionSpec option : command.getCommandSpec().options()) {
            names.addAll(List.of(option.names()));
        }
        return names;
    }

    private static String suggestions(List<String> closest) {
        return closest.isEmpty() ? "" : " Did you mean " + String.join(" or ", closest) + "?";
    }
}
