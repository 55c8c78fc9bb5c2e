package io.taskqueue.cli;

import io.taskqueue.config.DurationText;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command line: {@code taskqueue COMMAND}. */
@Command(
        name = "taskqueue",
        description = {
            "Every change of a task queue, in order, on Kafka; every effect of it, recorded once and replayed from the record.",
            ""
        },
        footer = {
            "",
            "Start here, with nothing set up:   taskqueue demo",
            "In four terminals:                 broker, dispatch, sink, replay; each one's --help has an example.",
            "Logs: TASKQUEUE_LOG_LEVEL=INFO shows more on standard error."
        },
        mixinStandardHelpOptions = true,
        versionProvider = TaskQueueCommand.Version.class,
        subcommands = {
            DemoCommand.class,
            BrokerCommand.class,
            DispatchCommand.class,
            SinkCommand.class,
            ReplayCommand.class,
            ResultsCommand.class,
            ParkedCommands.class,
            StatusCommand.class
        })
public final class TaskQueueCommand implements Runnable {

    @Spec
    private @Nullable CommandSpec spec;

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine all = new CommandLine(new TaskQueueCommand());
        listExitCodes(all);
        return all.registerConverter(Duration.class, TaskQueueCommand::duration)
                .setParameterExceptionHandler((wrong, arguments) -> {
                    PrintWriter err = wrong.getCommandLine().getErr();
                    err.println("taskqueue: " + wrong.getMessage());
                    err.println(
                            "See `" + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help`.");
                    return ExitCode.USAGE;
                })
                .setUsageHelpAutoWidth(true)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    PrintWriter err = command.getErr();
                    if (failure instanceof CommandFailure said) {
                        err.println("taskqueue: " + said.getMessage());
                        return said.exitCode();
                    }
                    err.println("taskqueue: " + failure.getMessage());
                    failure.printStackTrace(err);
                    return ExitCode.FAILED;
                });
    }

    private static Duration duration(String text) {
        try {
            return DurationText.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }

    /** Commands that do not list exit codes of their own have the usual ones. */
    private static void listExitCodes(CommandLine command) {
        for (CommandLine sub : command.getSubcommands().values()) {
            UsageMessageSpec usage = sub.getCommandSpec().usageMessage();
            if (usage.exitCodeList().isEmpty()) {
                Map<String, String> codes = new LinkedHashMap<>();
                for (String line : ExitCode.HELP) {
                    int colon = line.indexOf(':');
                    codes.put(line.substring(0, colon), line.substring(colon + 1));
                }
                usage.exitCodeListHeading("%nExit codes:%n");
                usage.exitCodeList(codes);
            }
            listExitCodes(sub);
        }
    }

    @Override
    public void run() {
        if (spec != null) {
            spec.commandLine().usage(spec.commandLine().getErr());
            throw new ParameterException(spec.commandLine(), "Which command?");
        }
    }

    /** The version of the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = TaskQueueCommand.class.getPackage().getImplementationVersion();
            return new String[] {"taskqueue " + (version == null ? "(development)" : version)};
        }
    }
}
