package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.cli.shared.ExitCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Help, and the errors of an invalid command line. */
class CommandLineTest {

    @Test
    void helpHasAnExample() {
        for (String command : List.of("broker", "dispatch", "sink", "replay", "results", "status")) {
            CommandRun help = CommandRun.of(command, "--help");

            assertThat(help.exitCode()).isZero();
            assertThat(help.out()).contains("Example: taskqueue " + command, "--output=text|json");
        }
        assertThat(CommandRun.of("--help").out())
                .contains("demo", "broker", "dispatch", "sink", "replay", "results", "status");
    }

    @Test
    void helpListsTheExitCodes() {
        for (String command : List.of("broker", "demo", "dispatch", "sink", "results", "status")) {
            assertThat(CommandRun.of(command, "--help").out())
                    .as(command)
                    .contains("Exit codes:", "done", "the command line is invalid", "refused, and nothing was changed")
                    .contains("130, 143", "ended by Ctrl-C or SIGTERM, after it has stopped in order");
        }
        assertThat(CommandRun.of("parked", "list", "--help").out()).contains("Exit codes:");
        assertThat(CommandRun.of("replay", "--help").out()).contains("done, or planned");
    }

    @Test
    void helpOfACommandIsShownByHelpAsWell() {
        assertThat(CommandRun.of("help", "status")).isEqualTo(CommandRun.of("status", "--help"));
        assertThat(CommandRun.of("help", "parked", "list")).isEqualTo(CommandRun.of("parked", "list", "--help"));
        assertThat(CommandRun.of("parked", "help", "show")).isEqualTo(CommandRun.of("parked", "show", "--help"));
        assertThat(CommandRun.of("help")).isEqualTo(CommandRun.of("--help"));
    }

    @Test
    void misspeltCommandsAndOptionsAreReportedWithSuggestions() {
        assertUsage("`taskqueue` has no command 'statsu'. Did you mean status?", "taskqueue", "statsu");
        assertUsage("`taskqueue parked` has no command 'lst'. Did you mean list?", "taskqueue parked", "parked", "lst");
        assertUsage("`taskqueue` has no command 'statsu'. Did you mean status?", "taskqueue", "help", "statsu");
        assertUsage("`taskqueue` has no command 'fly'.", "taskqueue", "fly");
        assertUsage(
                "`taskqueue sink` has no option --nmae. Did you mean --name?",
                "taskqueue sink",
                "sink",
                "--nmae",
                "x",
                "--bootstrap-server=a:1",
                "--sink=log");
        assertUsage(
                "`taskqueue status` has no option --boostrap-server. Did you mean --bootstrap-server?",
                "taskqueue status",
                "status",
                "--boostrap-server=a:1");
        assertUsage(
                "`taskqueue status` has no option -x.", "taskqueue status", "status", "--bootstrap-server=a:1", "-x");
        assertUsage(
                "`taskqueue status` takes options only, but found 'all'.",
                "taskqueue status",
                "status",
                "--bootstrap-server=a:1",
                "all");
    }

    private static void assertUsage(String message, String command, String... arguments) {
        CommandRun run = CommandRun.of(arguments);

        assertThat(run.err()).isEqualTo("taskqueue: " + message + "\nSee `" + command + " --help`.\n");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void resultThatCannotBePrintedIsAFailure() throws Exception {
        assertThat(shell("> /dev/full"))
                .isEqualTo(
                        "taskqueue: The result could not be written to standard output: No space left on device. Make room, or write "
                                + "it elsewhere, and run the command again.\nexit code 1\n");
        assertThat(shell("| (exec 0<&-; sleep 2)")).isEqualTo("exit code 141\n");
        assertThat(shell("> /dev/null")).isEqualTo("exit code 0\n");
    }

    /** What a process that prints its help writes to standard error, and its exit code. */
    private static String shell(String redirection) throws Exception {
        String command = Path.of(System.getProperty("java.home"), "bin", "java") + " -XX:TieredStopAtLevel=1 -cp '"
                + System.getProperty("java.class.path") + "' " + TaskQueueCommand.class.getName() + " --help";
        Process process = new ProcessBuilder("bash", "-c", "{ " + command + "; echo exit code $? >&2; } " + redirection)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    @Test
    void helpBeginsWithWhatTheProductIs() {
        assertThat(CommandRun.of("--help").out().replaceAll("\\s+", " "))
                .contains(
                        "Every change of a task queue, in order, on Kafka; every effect of it, recorded once and replayed "
                                + "from the record.");
    }

    @Test
    void missingCommandIsReported() {
        assertThat(CommandRun.of().err())
                .endsWith(
                        """
                        taskqueue: A command is required, but none was given. Choose one from the list above.
                        See `taskqueue --help`.
                        """);
        assertThat(CommandRun.of("parked").err())
                .endsWith(
                        """
                        taskqueue: A command is required after `parked`. Choose list, show, redrive or discard.
                        See `taskqueue parked --help`.
                        """);
    }

    @Test
    void noCommandIsAUsageError() {
        assertThat(CommandRun.of().exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(CommandRun.of("sink").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void unknownSinkIsReported() {
        CommandRun sink =
                CommandRun.of("sink", "--bootstrap-server", "127.0.0.1:1", "--name", "x", "--sink", "no.such.Sink");

        assertThat(sink.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(sink.err())
                .contains(
                        "--sink no.such.Sink is not log, http or jdbc, and a class of that name is not on the class path")
                .contains("Pass its jars with --class-path.");
    }

    @Test
    void unknownSettingOfASinkIsReported() {
        CommandRun sink = CommandRun.of(
                "sink",
                "--bootstrap-server",
                "127.0.0.1:1",
                "--name",
                "x",
                "--sink",
                "http",
                "--sink-config",
                "ulr=http://x");

        assertThat(sink.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(sink.err()).contains("ulr").contains("url");
    }

    @Test
    void durationWithoutUnitIsRefused() {
        CommandRun dispatch = CommandRun.of(
                "dispatch", "--bootstrap-server", "127.0.0.1:1", "--queue", "q", "--tasks", "-", "--work-time", "soon");

        assertThat(dispatch.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(dispatch.err())
                .isEqualTo(
                        "taskqueue: Invalid value for option '--work-time': 'soon' is not a duration. Use a whole number "
                                + "and a unit, as in 500ms, 6s, 5m or 2h.\nSee `taskqueue dispatch --help`.\n");
    }

    @Test
    void failRateOutOfRangeIsRefused() {
        CommandRun dispatch = CommandRun.of(
                "dispatch", "--bootstrap-server", "127.0.0.1:1", "--queue", "q", "--tasks", "-", "--fail-rate", "7");

        assertThat(dispatch.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(dispatch.err())
                .isEqualTo(
                        "taskqueue: Invalid value for option '--fail-rate': '7' is not a share from 0 to 1. Use a number such "
                                + "as 0.1.\nSee `taskqueue dispatch --help`.\n");
    }

    @Test
    void timeWithoutUtcOffsetIsRefused() {
        CommandRun replay = CommandRun.of(
                "replay", "--bootstrap-server", "127.0.0.1:1", "--name", "x", "--to-datetime", "yesterday");

        assertThat(replay.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(replay.err())
                .contains(
                        "Invalid value for option '--to-datetime': 'yesterday' is not a time with a UTC offset. Write it as "
                                + "2026-11-23T09:30:00Z or 2026-11-23T10:30:00+01:00.");
    }

    @Test
    void invalidReplayOptionsAreRefusedBeforeKafkaIsContacted() {
        assertThat(replay("--to-earliest", "--mode", "rerun"))
                .contains("A rerun runs the effects of every selected event again, but --select was not given.");
        assertThat(replay("--to-earliest", "--select", "queue=a"))
                .contains("A recorded-only replay runs no effects, so no events can be selected, but --select queue=a");
        assertThat(replay("--to-earliest", "--mode", "again"))
                .contains("--mode again is not a mode of replay. Choose recorded-only, fill-gaps or rerun.");
        assertThat(replay("--to-earliest", "--mode", "rerun", "--select", "kind=Done"))
                .contains("--select: The selection 'kind=Done' does not name a kind of event that sinks get.");
        assertThat(replay("--receipt", "--execute")).contains("--receipt only reads");
        assertThat(replay("--to-earliest", "--wait", "1s")).contains("--wait and --fail-on-missing need a receipt");
        assertThat(replay("--to-earliest", "--execute", "--fail-on-missing"))
                .contains("Pass --fail-on-missing with --wait.");
        assertThat(replay()).contains("--to-earliest", "--receipt");
    }

    private static String replay(String... more) {
        CommandRun replay = CommandRun.of(
                Stream.concat(Stream.of("replay", "--bootstrap-server", "127.0.0.1:1", "--name", "x"), Stream.of(more))
                        .toArray(String[]::new));
        assertThat(replay.exitCode()).isEqualTo(ExitCode.USAGE);
        return replay.err();
    }

    @Test
    void brokerReportsABusyPort(@TempDir Path directory) throws Exception {
        try (var taken = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            CommandRun broker =
                    CommandRun.of("broker", "--dir", directory.toString(), "--port", "" + taken.getLocalPort());

            assertThat(broker.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(broker.err()).contains("Port " + taken.getLocalPort() + " on 127.0.0.1 is in use");
        }
    }

    @Test
    void secondBrokerOfADirectoryIsRefusedAndTheFirstContinues(@TempDir Path directory) throws Exception {
        try (ChildJvm first = ChildJvm.start(
                directory.resolve("output"),
                TaskQueueCommand.class,
                "broker",
                "--port=0",
                "--dir=" + directory.resolve("data"))) {
            first.awaitOutput("A Kafka broker is ready");

            CommandRun second = CommandRun.of("broker", "--port=0", "--dir=" + directory.resolve("data"));

            assertThat(second.err())
                    .isEqualTo("taskqueue: The directory " + directory.resolve("data")
                            + " is in use by another broker, process " + first.pid()
                            + ". Stop that broker, or choose another directory.\n");
            assertThat(second.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(first.running()).isTrue();
        }
    }

    @Test
    void brokerReportsAnUnusableDirectory(@TempDir Path directory) throws Exception {
        Path file = Files.createFile(directory.resolve("file"));

        CommandRun broker =
                CommandRun.of("broker", "--dir", file.resolve("data").toString(), "--port", "0");

        assertThat(broker.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(broker.err())
                .isEqualTo("taskqueue: The broker cannot store its data in " + file.resolve("data")
                        + " (FileSystemException). Choose a directory that is writable.\n");
    }

    @Test
    void missingFileOfTasksIsReported() {
        CommandRun dispatch =
                CommandRun.of("dispatch", "--bootstrap-server", "127.0.0.1:1", "--queue", "q", "--tasks", "/nofile");

        assertThat(dispatch.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(dispatch.err())
                .isEqualTo(
                        "taskqueue: The file of tasks /nofile does not exist. Pass a file of JSON lines, or - for standard input.\n");
    }

    @Test
    void unreachableClusterIsReportedInOneMessage() {
        CommandRun status = CommandRun.of("status", "--bootstrap-server", "127.0.0.1:1");

        assertThat(status.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(status.err())
                .isEqualTo(
                        "taskqueue: No connection to 127.0.0.1:1 (Connection refused). Check the address, that the broker is "
                                + "running, and that no firewall is between.\n");
    }
}
