package io.taskqueue.cli.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.TestTopics;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.embedded.EmbeddedKafka;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A limit is ordered while the sink does not run, and the sink keeps it when it does. */
class RateCommandTest {

    @TempDir
    Path directory;

    private static CommandRun rate(String server, String... arguments) {
        String[] all = new String[arguments.length + 5];
        System.arraycopy(
                new String[] {"rate", "--bootstrap-server", server, "--name", "limited-by-command"}, 0, all, 0, 5);
        System.arraycopy(arguments, 0, all, 5, arguments.length);
        return CommandRun.of(all);
    }

    private CommandRun sink(String server, HttpServer target, String... more) {
        String[] all = new String[more.length + 13];
        String[] common = {
            "sink",
            "--bootstrap-server",
            server,
            "--name",
            "limited-by-command",
            "--sink",
            "http",
            "--sink-config",
            "url=http://127.0.0.1:" + target.getAddress().getPort() + "/",
            "--state-dir",
            directory.resolve("state").toString(),
            "--until-idle",
            "1s"
        };
        System.arraycopy(common, 0, all, 0, 13);
        System.arraycopy(more, 0, all, 13, more.length);
        return CommandRun.of(all);
    }

    @Test
    void limitThatWasOrderedReplacesThatOfTheStart() throws Exception {
        Queue<String> calls = new ConcurrentLinkedQueue<>();
        HttpServer target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        target.createContext("/", exchange -> {
            calls.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        target.start();
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("broker"), 0)) {
            String server = broker.bootstrapServers();
            TestTopics.create(server, 2);
            CommandRun unknown = rate(server, "--rate", "5", "--execute");
            assertThat(unknown.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(unknown.err())
                    .isEqualTo("taskqueue: Sink limited-by-command has no control topic limited-by-command.control, on which rate "
                            + "limits are ordered. The sink creates it: start it once, and repeat the command."
                            + System.lineSeparator());
            assertThat(sink(server, target).exitCode()).isZero();

            CommandRun plan = rate(server, "--rate", "5", "--rate-per-key", "0.5");
            assertThat(plan.exitCode()).isZero();
            assertThat(plan.out()).startsWith("Sink limited-by-command: 5 calls/s, 0.5 calls/s of a peer");
            CommandRun sent = rate(server, "--rate", "none", "--execute", "--output", "json");
            assertThat(sent.exitCode()).as(sent.err()).isZero();
            assertThat(sent.out()).contains("\"executed\":true").doesNotContain("ratePerKey");

            Path tasks = Files.writeString(directory.resolve("tasks.ndjson"), "1\n2\n3\n4\n5\n");
            assertThat(CommandRun.dispatch(server, "orders", tasks).exitCode()).isZero();
            CommandRun applied = sink(server, target, "--rate", "0.001");
            assertThat(applied.exitCode()).as(applied.err()).isZero();
            assertThat(calls).hasSize(15).doesNotHaveDuplicates();
        } finally {
            target.stop(0);
        }
    }

    @Test
    void contradictingOptionsAreUsageErrors() {
        CommandRun none = rate("127.0.0.1:1");
        assertThat(none.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(none.err())
                .startsWith("taskqueue: No limit is given. Pass --rate, --rate-per-key or both, or --reset.");
        CommandRun both = rate("127.0.0.1:1", "--reset", "--rate", "5");
        assertThat(both.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(both.err())
                .startsWith("taskqueue: --reset restores the limits of the start, but --rate or --rate-per-key was given as well. Omit "
                        + "one of them.");
    }
}
