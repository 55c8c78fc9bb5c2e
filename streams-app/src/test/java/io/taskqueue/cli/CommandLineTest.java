package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person meets who gets the command line wrong. */
class CommandLineTest {

    @Test
    void helpTeachesWithAnExample() {
        for (String command : List.of("broker", "dispatch", "sink", "replay", "results", "status")) {
            Cli help = Cli.run(command, "--help");

            assertThat(help.exitCode()).isZero();
            assertThat(help.out()).contains("Example: taskqueue " + command, "--output=text|json");
        }
        assertThat(Cli.run("--help").out())
                .contains("demo", "broker", "dispatch", "sink", "replay", "results", "status");
    }

    @Test
    void helpListsTheExitCodes() {
        for (String command : List.of("broker", "demo", "dispatch", "sink", "results", "status")) {
            assertThat(Cli.run(command, "--help").out())
                    .as(command)
                    .contains("Exit codes:", "done", "the command line is wrong", "refused, and nothing changed");
        }
        assertThat(Cli.run("parked", "list", "--help").out()).contains("Exit codes:");
        assertThat(Cli.run("replay", "--help").out()).contains("done, or planned");
    }

    @Test
    void noCommandIsAUsageError() {
        assertThat(Cli.run().exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(Cli.run("sink").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void anUnknownSinkIsNamed() {
        Cli sink = Cli.run("sink", "--bootstrap-server", "127.0.0.1:1", "--name", "x", "--sink", "no.such.Sink");

        assertThat(sink.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(sink.err())
                .contains("--sink no.such.Sink is none of log, http and jdbc, and no such class is on the class path")
                .contains("Pass its jars with --class-path.");
    }

    @Test
    void anUnknownSettingOfASinkIsNamed() {
        Cli sink = Cli.run(
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
    void aDurationIsWrittenWithItsUnit() {
        Cli dispatch = Cli.run(
                "dispatch", "--bootstrap-server", "127.0.0.1:1", "--queue", "q", "--tasks", "-", "--work-time", "soon");

        assertThat(dispatch.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(dispatch.err())
                .isEqualTo(
                        "taskqueue: Invalid value for option '--work-time': 'soon' is not a duration. Use a whole number "
                                + "and a unit, as in 500ms, 6s, 5m or 2h.\nSee `taskqueue dispatch --help`.\n");
    }

    @Test
    void aShareIsFromZeroToOne() {
        Cli dispatch = Cli.run(
                "dispatch", "--bootstrap-server", "127.0.0.1:1", "--queue", "q", "--tasks", "-", "--fail-rate", "7");

        assertThat(dispatch.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(dispatch.err()).contains("--fail-rate 7.0");
    }

    @Test
    void aTimeNeedsAnOffset() {
        Cli replay =
                Cli.run("replay", "--bootstrap-server", "127.0.0.1:1", "--name", "x", "--to-datetime", "yesterday");

        assertThat(replay.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(replay.err()).contains("--to-datetime yesterday is no time with an offset.");
    }

    @Test
    void aReplayThatMakesNoSenseIsRefusedBeforeKafkaIsAsked() {
        assertThat(replay("--to-earliest", "--mode", "rerun"))
                .contains(
                        "A rerun calls the outside again for every event that it selects, and no --select was given.");
        assertThat(replay("--to-earliest", "--select", "queue=a"))
                .contains("A recorded-only replay runs nothing, so there is nothing to select, but --select queue=a");
        assertThat(replay("--to-earliest", "--mode", "again"))
                .contains("--mode again is no way to replay. Choose recorded-only, fill-gaps or rerun.");
        assertThat(replay("--to-earliest", "--mode", "rerun", "--select", "kind=Done"))
                .contains("--select: The selection 'kind=Done' is no kind of event that a sink sees.");
        assertThat(replay("--receipt", "--execute")).contains("--receipt only reads");
        assertThat(replay("--to-earliest", "--wait", "1s")).contains("There is no receipt to wait for");
        assertThat(replay("--to-earliest", "--execute", "--fail-on-missing"))
                .contains("Give --fail-on-missing with --wait.");
        assertThat(replay()).contains("--to-earliest", "--receipt");
    }

    private static String replay(String... more) {
        Cli replay = Cli.run(
                Stream.concat(Stream.of("replay", "--bootstrap-server", "127.0.0.1:1", "--name", "x"), Stream.of(more))
                        .toArray(String[]::new));
        assertThat(replay.exitCode()).isEqualTo(ExitCode.USAGE);
        return replay.err();
    }

    @Test
    void aBusyPortIsNamedByTheBroker(@TempDir Path directory) throws Exception {
        try (var taken = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            Cli broker = Cli.run("broker", "--dir", directory.toString(), "--port", "" + taken.getLocalPort());

            assertThat(broker.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(broker.err()).contains("Port " + taken.getLocalPort() + " on 127.0.0.1 is taken");
        }
    }

    @Test
    void aDirectoryThatCannotBeUsedIsNamedByTheBroker(@TempDir Path directory) throws Exception {
        Path file = Files.createFile(directory.resolve("file"));

        Cli broker = Cli.run("broker", "--dir", file.resolve("data").toString(), "--port", "0");

        assertThat(broker.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(broker.err())
                .isEqualTo("taskqueue: The broker cannot keep its data in " + file.resolve("data")
                        + " (FileSystemException). Choose a directory that you may write to.\n");
    }

    @Test
    void aMissingFileOfTasksIsNamed() {
        Cli dispatch = Cli.run("dispatch", "--bootstrap-server", "127.0.0.1:1", "--queue", "q", "--tasks", "/nofile");

        assertThat(dispatch.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(dispatch.err())
                .isEqualTo(
                        "taskqueue: There is no file /nofile. Pass a file of JSON lines, or - for standard input.\n");
    }

    @Test
    void anUnreachableClusterIsOneClearError() {
        Cli status = Cli.run("status", "--bootstrap-server", "127.0.0.1:1");

        assertThat(status.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(status.err())
                .startsWith("taskqueue: Kafka at 127.0.0.1:1 did not answer within 15 s (")
                .endsWith(
                        "Check the address, and that --command-config carries what the cluster's security asks for.\n");
    }
}
