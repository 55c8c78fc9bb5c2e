package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.queue.Ticker;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Only what the command line names is built with its options; what is printed does not show the difference. */
class CommandsAreBuiltOnDemandTest {

    private static final CommandLine ALL = TaskQueueCommand.commandLine(Clock.systemUTC(), Ticker.system());

    private static CommandLine of(String... arguments) {
        return TaskQueueCommand.commandLine(Clock.systemUTC(), Ticker.system(), arguments);
    }

    @Test
    void theListOfCommandsIsTheSame() {
        CommandLine none = of("--help");

        assertThat(none.getUsageMessage()).isEqualTo(ALL.getUsageMessage());
        assertThat(none.getSubcommands()).containsOnlyKeys(ALL.getSubcommands().keySet());
        assertThat(none.getSubcommands().values())
                .allSatisfy(command ->
                        assertThat(command.getCommandSpec().options()).isEmpty());
    }

    @Test
    void eachCommandThatIsNamedIsTheSame() {
        for (Map.Entry<String, CommandLine> command : ALL.getSubcommands().entrySet()) {
            CommandLine named = of(command.getKey(), "--help").getSubcommands().get(command.getKey());

            assertThat(named.getUsageMessage())
                    .as(command.getKey())
                    .isEqualTo(command.getValue().getUsageMessage());
            assertThat(named.getSubcommands())
                    .containsOnlyKeys(command.getValue().getSubcommands().keySet());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"status --output json", "help status", "--version status"})
    void othersAreNotBuilt(String arguments) {
        Map<String, CommandLine> commands = of(arguments.split(" ", -1)).getSubcommands();

        assertThat(commands.get("status").getCommandSpec().options()).isNotEmpty();
        assertThat(commands.get("sink").getCommandSpec().options()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"completion", "@arguments"})
    void allAreBuiltWhereAnyMayBeMeant(String argument) {
        assertThat(of(argument).getSubcommands().values())
                .allSatisfy(command ->
                        assertThat(command.getCommandSpec().options()).isNotEmpty());
    }
}
