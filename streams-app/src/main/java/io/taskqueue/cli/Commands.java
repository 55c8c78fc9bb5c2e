package io.taskqueue.cli;

import io.taskqueue.cli.canary.CanaryCommand;
import io.taskqueue.cli.console.ConsoleCommand;
import io.taskqueue.cli.dead.DeadCommands;
import io.taskqueue.cli.dead.DeadListCommand;
import io.taskqueue.cli.dead.DeadRetryCommand;
import io.taskqueue.cli.dead.DeadShowCommand;
import io.taskqueue.cli.demo.BrokerCommand;
import io.taskqueue.cli.demo.DemoCommand;
import io.taskqueue.cli.demo.TargetCommand;
import io.taskqueue.cli.dispatch.DispatchCommand;
import io.taskqueue.cli.dispatch.ResendCommand;
import io.taskqueue.cli.doctor.DoctorCommand;
import io.taskqueue.cli.parked.ParkedCommands;
import io.taskqueue.cli.parked.ParkedDiscardCommand;
import io.taskqueue.cli.parked.ParkedListCommand;
import io.taskqueue.cli.parked.ParkedRedriveCommand;
import io.taskqueue.cli.parked.ParkedShowCommand;
import io.taskqueue.cli.recover.RecoverCommand;
import io.taskqueue.cli.replay.ReplayCommand;
import io.taskqueue.cli.sink.RateCommand;
import io.taskqueue.cli.sink.SinkCommand;
import io.taskqueue.cli.status.ResultsCommand;
import io.taskqueue.cli.status.StatusCommand;
import io.taskqueue.queue.Ticker;
import io.taskqueue.torture.TortureCommand;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/**
 * All commands, in the order of the help. A command is built with its options only where the command line names it, because the options
 * of all commands take longer to build than a short command takes to run; of the others there is what the help and the suggestions show.
 */
final class Commands {

    private final Map<Class<?>, Supplier<Object>> commands = new LinkedHashMap<>();
    private final Clock clock;
    private final Ticker ticker;

    Commands(Clock clock, Ticker ticker) {
        this.clock = clock;
        this.ticker = ticker;
        commands.put(DemoCommand.class, () -> new DemoCommand(clock, ticker, new SplittableRandom()));
        commands.put(BrokerCommand.class, BrokerCommand::new);
        commands.put(TargetCommand.class, () -> new TargetCommand(new SplittableRandom()));
        commands.put(DispatchCommand.class, () -> new DispatchCommand(new SplittableRandom(), ticker));
        commands.put(ResendCommand.class, ResendCommand::new);
        commands.put(RecoverCommand.class, RecoverCommand::new);
        commands.put(DeadCommands.class, this::dead);
        commands.put(SinkCommand.class, SinkCommand::new);
        commands.put(RateCommand.class, () -> new RateCommand(clock));
        commands.put(ReplayCommand.class, () -> new ReplayCommand(clock, ticker));
        commands.put(ResultsCommand.class, ResultsCommand::new);
        commands.put(ParkedCommands.class, this::parked);
        commands.put(StatusCommand.class, () -> new StatusCommand(clock, ticker));
        commands.put(ConsoleCommand.class, ConsoleCommand::new);
        commands.put(DoctorCommand.class, () -> new DoctorCommand(clock));
        commands.put(CanaryCommand.class, () -> new CanaryCommand(ticker));
        commands.put(TortureCommand.class, () -> new TortureCommand(clock, ticker, new SplittableRandom()));
        commands.put(CompletionCommand.class, CompletionCommand::new);
        commands.put(HelpCommand.class, HelpCommand::new);
    }

    /** Adds all commands, each with its options. */
    void addTo(CommandLine root) {
        add(root, name -> true);
    }

    /** Adds all commands, with their options those that the arguments may need. */
    void addTo(CommandLine root, List<String> arguments) {
        // completion is about all commands; a file of arguments can name any
        boolean any =
                arguments.stream().anyMatch(argument -> argument.equals("completion") || argument.startsWith("@"));
        add(root, name -> any || arguments.contains(name));
    }

    private void add(CommandLine root, Predicate<String> isNeeded) {
        commands.forEach((type, command) -> {
            Command declared = type.getAnnotation(Command.class);
            root.addSubcommand(
                    declared.name(),
                    isNeeded.test(declared.name()) ? command.get() : new CommandLine(listed(declared)));
        });
    }

    /** What the list of commands shows of one. */
    private static CommandSpec listed(Command declared) {
        CommandSpec command = CommandSpec.create().name(declared.name());
        command.usageMessage()
                .header(declared.header())
                .description(declared.description())
                .hidden(declared.hidden());
        return command;
    }

    private CommandLine dead() {
        return new CommandLine(new DeadCommands())
                .addSubcommand(new HelpCommand())
                .addSubcommand(new DeadListCommand())
                .addSubcommand(new DeadShowCommand())
                .addSubcommand(new DeadRetryCommand(clock, ticker));
    }

    private CommandLine parked() {
        return new CommandLine(new ParkedCommands())
                .addSubcommand(new HelpCommand())
                .addSubcommand(new ParkedListCommand())
                .addSubcommand(new ParkedShowCommand())
                .addSubcommand(new ParkedRedriveCommand(ticker))
                .addSubcommand(new ParkedDiscardCommand(ticker));
    }
}
