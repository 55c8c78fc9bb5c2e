package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person meets who gets the command line wrong. */
class CommandLineTest {

    @Test
    void helpTeachesWithAnExample() {
        for (String command : List.of("broker", "dispatch", "sink", "replay", "status")) {
            Cli help = Cli.run(command, "--help");

            assertThat(help.exitCode()).isZero();
            assertThat(help.out()).contains("Example: taskqueue " + command, "--output=text|json");
        }
        assertThat(Cli.run("--help").out()).contains("demo", "broker", "dispatch", "sink", "replay", "status");
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
        assertThat(dispatch.err()).contains("soon").contains("500ms");
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
    void aBusyPortIsNamedByTheBroker(@TempDir Path directory) throws Exception {
        try (var taken = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            Cli broker = Cli.run("broker", "--dir", directory.toString(), "--port", "" + taken.getLocalPort());

            assertThat(broker.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(broker.err()).contains("Port " + taken.getLocalPort() + " on 127.0.0.1 is taken");
        }
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
