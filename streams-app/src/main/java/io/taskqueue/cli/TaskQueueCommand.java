package io.taskqueue.cli;

import io.taskqueue.cli.shared.ClassPath;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.LogFormat;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.kafka.KafkaFailure;
import io.taskqueue.queue.Ticker;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command line: {@code taskqueue COMMAND}. */
@Command(
        name = "taskqueue",
        description = {
            "Every change of a task queue, in order, on Kafka; every effect of it, recorded once and replayed from the"
                    + " record.",
            "",
            "For teams that run an in-process, lease-based task queue in Java. A source publishes each change of the"
                    + " queue (enqueued, leased, completed, failed, expired ...) to Kafka and confirms when it is stored"
                    + " there. A sink calls HTTP services or writes to databases in response; the result of each call is"
                    + " recorded and returned when the event is read again, so that a replay makes no call.",
            ""
        },
        footer = {
            "",
            "To try it, without any setup:   taskqueue demo",
            "In four terminals:              broker, dispatch, sink, replay; the --help of each has an example.",
            "Logs are on standard error; TASKQUEUE_LOG_LEVEL=INFO shows more of them, TASKQUEUE_LOG_FORMAT=json writes them as JSON."
        },
        mixinStandardHelpOptions = true,
        versionProvider = TaskQueueCommand.Version.class)
public final class TaskQueueCommand implements Runnable {

    @Spec
    private @Nullable CommandSpec spec;

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        Optional<String> noFormat = LogFormat.problem(System.getenv(LogFormat.VARIABLE));
        if (noFormat.isPresent()) {
            System.err.println("taskqueue: " + noFormat.get()); // nothing can be logged
            System.exit(ExitCode.USAGE);
        }
        StandardOutput out = StandardOutput.open();
        int exitCode = commandLine(Clock.systemUTC(), Ticker.system(), arguments)
                .setOut(out.writer())
                .execute(arguments);
        System.exit(out.finish(exitCode, System.err));
    }

    /** All commands, with the clock and the ticker that they use. */
    static CommandLine commandLine(Clock clock, Ticker ticker) {
        CommandLine all = new CommandLine(new TaskQueueCommand());
        new Commands(clock, ticker).addTo(all);
        return configured(all);
    }

    /** The same to execute these arguments, built in less time: commands that they do not name have no options. */
    static CommandLine commandLine(Clock clock, Ticker ticker, String... arguments) {
        CommandLine needed = new CommandLine(new TaskQueueCommand());
        new Commands(clock, ticker).addTo(needed, List.of(arguments));
        return configured(needed);
    }

    private static CommandLine configured(CommandLine all) {
        listExitCodes(all);
        OptionValue.registerDefaults(all);
        return all.setExecutionStrategy(ClassPath.during(new CommandLine.RunLast()))
                .setUsageHelpAutoWidth(true)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(TaskQueueCommand::reportInvalidCommandLine)
                .setExecutionExceptionHandler(TaskQueueCommand::reportFailure);
    }

    private static int reportInvalidCommandLine(ParameterException invalid, String[] arguments) {
        CommandLine command = invalid.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("taskqueue: "
                + UnknownArgument.in(invalid)
                        .map(unknown -> Output.escape(unknown.message()))
                        .or(() -> settingWithoutName(invalid))
                        .orElseGet(() -> oneLine(invalid)));
        err.println("See `" + command.getCommandSpec().qualifiedName() + " --help`.");
        return ExitCode.USAGE;
    }

    /** A setting may be secret, so that one which is not NAME=VALUE is not repeated. */
    private static Optional<String> settingWithoutName(ParameterException invalid) {
        return invalid.getArgSpec() instanceof OptionSpec option
                        && option.typeInfo().isMap()
                ? Optional.of("A value of " + option.longestName() + " has no '='. Write it as " + option.longestName()
                        + " " + option.paramLabel() + ".")
                : Optional.empty();
    }

    private static int reportFailure(Exception failure, CommandLine command, ParseResult arguments) {
        PrintWriter err = command.getErr();
        if (failure instanceof CommandFailedException || KafkaFailure.isOfKafka(failure)) {
            CommandFailedException expected = failure instanceof CommandFailedException known
                    ? known
                    : CommandFailedException.of(KafkaFailure.of(failure, Map.of()), failure);
            // a command that does not fail starts sooner without the logging back end
            LoggerFactory.getLogger(TaskQueueCommand.class).debug("The command failed", failure);
            err.println("taskqueue: " + oneLine(expected));
            return expected.exitCode();
        }
        err.println("taskqueue: " + oneLine(failure));
        failure.printStackTrace(err);
        return ExitCode.FAILED;
    }

    /** The message on one line: values that a user passed, and names in Kafka, may contain control characters. */
    private static String oneLine(Exception failure) {
        return Output.escape(String.valueOf(failure.getMessage()));
    }

    /** Adds the exit codes that all commands have to their help. */
    private static void listExitCodes(CommandLine command) {
        for (CommandLine sub : command.getSubcommands().values()) {
            UsageMessageSpec usage = sub.getCommandSpec().usageMessage();
            usage.exitCodeListHeading("%nExit codes:%n");
            usage.exitCodeList(ExitCode.help(usage.exitCodeList()));
            listExitCodes(sub);
        }
    }

    @Override
    public void run() {
        if (spec != null) {
            spec.commandLine().usage(spec.commandLine().getErr());
            throw new ParameterException(
                    spec.commandLine(), "A command is required, but none was given. Choose one from the list above.");
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
