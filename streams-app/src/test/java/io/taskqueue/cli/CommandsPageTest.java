package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.queue.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** docs/cli.md has the help of every command, as the command prints it. */
class CommandsPageTest {

    private static final Path PAGE = Path.of("..", "docs", "cli.md");
    private static final int WIDTH = 100;

    @Test
    void pageHasTheHelpOfEveryCommand() throws IOException {
        String generated = page();
        if (Boolean.getBoolean("cli-page.write")) {
            Files.writeString(PAGE, generated);
        }

        assertThat(generated)
                .as("docs/cli.md against the help of the commands; to write it: mvn test -pl streams-app -am"
                        + " -Dtest=CommandsPageTest -Dcli-page.write=true -Dsurefire.failIfNoSpecifiedTests=false")
                .isEqualTo(Files.exists(PAGE) ? Files.readString(PAGE) : "");
    }

    private static String page() {
        CommandLine all = TaskQueueCommand.commandLine(Clock.systemUTC(), Ticker.system());
        List<CommandLine> commands = new ArrayList<>();
        addCommands(all, commands);
        StringBuilder page = new StringBuilder(
                """
                # Commands

                What `taskqueue COMMAND --help` prints, of every command. This page is generated from it, and a test compares the two.
                Exit codes are explained in [operations](operations.md#exit-codes).

                To complete commands, options and their values in bash and zsh:

                    source <(taskqueue completion)

                | command | |
                | --- | --- |
                """);
        for (CommandLine command : commands) {
            String name = command.getCommandSpec().qualifiedName();
            page.append("| [`")
                    .append(name)
                    .append("`](#")
                    .append(name.replace(' ', '-'))
                    .append(") | ")
                    .append(String.join(
                                    " ", command.getCommandSpec().usageMessage().header())
                            .replace("|", "\\|"))
                    .append(" |\n");
        }
        for (CommandLine command : commands) {
            page.append("\n## ")
                    .append(command.getCommandSpec().qualifiedName())
                    .append("\n\n```text\n")
                    .append(help(command))
                    .append("```\n");
        }
        return page.toString();
    }

    /** The commands below this one that can be run, in the order of the help. */
    private static void addCommands(CommandLine above, List<CommandLine> commands) {
        for (Map.Entry<String, CommandLine> below : above.getSubcommands().entrySet()) {
            boolean isGroup = !below.getValue().getSubcommands().isEmpty();
            if (isGroup) {
                addCommands(below.getValue(), commands);
            } else if (!below.getKey().equals("help") || above.getParent() == null) {
                commands.add(below.getValue());
            }
        }
    }

    private static String help(CommandLine command) {
        command.getCommandSpec().usageMessage().autoWidth(false).width(WIDTH);
        return command.getUsageMessage(Ansi.OFF)
                .lines()
                .map(String::stripTrailing)
                .reduce("", (page, line) -> page + line + "\n");
    }
}
