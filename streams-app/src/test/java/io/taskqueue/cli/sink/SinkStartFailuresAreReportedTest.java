package io.taskqueue.cli.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.TestTopics;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sinks.LogSinkFactory;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.streams.SinkService;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A sink that cannot start, or stops, reports that in one message with the remedy, without a stack trace. */
class SinkStartFailuresAreReportedTest {

    @TempDir
    static Path directory;

    @AutoClose
    private static EmbeddedKafka broker;

    private static String server;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedKafka.start(directory.resolve("broker"), 0);
        server = broker.bootstrapServers();
        TestTopics.create(server, 1);
    }

    @Test
    void missingTopicIsRefused() {
        assertThat(refused(ExitCode.REFUSED, "--name", "printer", "--topic", "no.such", "--topic-wait", "300ms"))
                .contains("Sink printer found no topic no.such within 300ms. ")
                .endsWith(
                        "Start a source, which creates it, or let the sink create it or wait for it without a limit "
                                + "(--create-topic, --wait-for-topic; in code, createTopic, waitForTopic), or name another topic.\n");
    }

    @Test
    void invalidSettingsAreUsageErrors() {
        assertThat(refused(ExitCode.USAGE, "--name", "printer", "--concurrency", "0"))
                .contains("Invalid value for option '--concurrency': '0' is not a whole number from 1 to 10000.");
        assertThat(refused(ExitCode.USAGE, "--name", "a/b")).contains("'a/b' cannot be the name of a sink.");
        assertThat(refused(ExitCode.USAGE, "--name", "printer", "--max-in-flight", "3"))
                .contains("but concurrency is 64 and maxInFlight 3.");
        assertThat(refused(ExitCode.USAGE, "--name", "printer", "--max-parked", "0"))
                .contains("Invalid value for option '--max-parked': '0' is not a whole number from 1 to 2147483647.");
        assertThat(refused(ExitCode.USAGE, "--name", "printer", "--commit-interval", "0s"))
                .contains("needs a commit interval");
        assertThat(refused(ExitCode.USAGE, "--name", "printer", "--on-gap", "jump"))
                .contains("--on-gap", "jump");
    }

    @Test
    void replicationFactorHigherThanTheClusterIsAUsageError() {
        assertThat(refused(ExitCode.USAGE, "--name", "copied", "--replication-factor", "3"))
                .startsWith(
                        "taskqueue: Sink copied cannot create its dead-letter topic copied.dead: Kafka refused it: ")
                .contains("replication factor")
                .contains(
                        "Set a replication factor that is not higher than the number of brokers (replicationFactor of a "
                                + "source, --replication-factor of a command, replication.factor of a sink), or add brokers.");
    }

    @Test
    void stateDirectoryThatIsAFileIsReportedWithOneFullStop() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));

        String message = refused(ExitCode.REFUSED, "--name", "filed", "--state-dir", file.toString());

        assertThat(message)
                .startsWith("taskqueue: Sink filed did not start: ")
                .endsWith(". Its state is in " + file
                        + ": check that it can be written to, or choose another directory.\n")
                .doesNotContain("..");
    }

    @Test
    void stateDirectoryInUseIsReportedWithTheOption() {
        LogSinkFactory log = new LogSinkFactory();
        Path state = directory.resolve("shared");
        try (SinkService first = SinkService.builder("twins", log.create(Map.of()), log.codec())
                .fingerprint("log")
                .kafka(Map.of("bootstrap.servers", server))
                .stateDirectory(state)
                .start()) {
            assertThat(first.status().failure()).isEmpty();

            assertThat(refused(ExitCode.REFUSED, "--name", "twins", "--state-dir", state.toString()))
                    .isEqualTo("taskqueue: Sink twins did not start: another process uses its state in " + state
                            + ". Each instance on one machine needs its own: pass --state-dir (in code, "
                            + "stateDirectory).\n");
        }
    }

    @Test
    void anotherSinkOfTheNameIsRefusedUnlessItIsAdopted() {
        String[] http = {
            "--name",
            "replaced",
            "--sink-config",
            "url=http://127.0.0.1:1/events?key=secret",
            "--until-idle",
            "200ms",
            "--queue",
            "none",
            "--state-dir",
            directory.resolve("replaced").toString()
        };
        CommandRun first = sink("http", Stream.of(http));
        assertThat(first.exitCode()).as(first.err()).isZero();

        assertThat(refused(ExitCode.REFUSED, "--name", "replaced"))
                .isEqualTo(
                        "taskqueue: Sink replaced is http http://127.0.0.1:1/events on this cluster, but this instance is log."
                                + " Instances of one name share the queues, so some events would reach only one of the two. Give this sink"
                                + " another name; or, if it replaces the other, stop all instances of that and start this one with --adopt"
                                + " (in code, adopt(true)).\n");

        CommandRun adopted = sink(
                "log",
                Stream.of(
                        "--name",
                        "replaced",
                        "--adopt",
                        "--until-idle",
                        "200ms",
                        "--state-dir",
                        directory.resolve("replaced").toString()));
        assertThat(adopted.exitCode()).as(adopted.err()).isZero();
        CommandRun replaced = sink("http", Stream.of(http));
        assertThat(replaced.exitCode()).isEqualTo(ExitCode.REFUSED);
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:postgresql://db.example:5432/tasks?user=ann&password=secret, jdbc:postgresql://db.example:5432/tasks",
        "jdbc:oracle:thin:ann/secret@//db.example:1521/tasks, jdbc:oracle://db.example:1521/tasks",
        "jdbc:sqlserver://db.example;databaseName=tasks;password=secret, jdbc:sqlserver://db.example"
    })
    void theTargetOfADatabaseHasNoSecret(String url, String target) {
        assertThat(new JdbcSinkFactory(getClass().getClassLoader()).target(Map.of("url", url, "statement", "x")))
                .isEqualTo(target);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "12q", "m", "-1", "9999999999999"})
    void aStateMemoryThatIsNoSizeIsAUsageError(String size) {
        assertThat(refused(ExitCode.USAGE, "--name", "printer", "--state-memory=" + size))
                .contains("'" + size + "' is not a size. Use a number of bytes, with k, m or g, for example 128m.");
    }

    @Test
    void sinkWithTooManyParkedEventsReportsTheOptionThatLetsItStart() throws Exception {
        HttpServer refusing = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        refusing.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(400, -1);
            }
        });
        refusing.start();
        String[] full = {
            "--name",
            "full",
            "--sink-config",
            "url=http://127.0.0.1:" + refusing.getAddress().getPort() + "/",
            "--on-permanent",
            "park",
            "--until-idle",
            "200ms",
            "--state-dir",
            directory.resolve("full").toString()
        };
        try (TaskQueue<String> queue = TaskQueue.<String>builder("orders").build();
                ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(Map.of("bootstrap.servers", server))
                        .sourcePeer("test")
                        .start()) {
            for (int task = 0; task < 5; task++) {
                queue.enqueue("\"task\"");
            }
            source.replicated().get(60, TimeUnit.SECONDS);

            CommandRun stopped = sink("http", Stream.concat(Stream.of(full), Stream.of("--max-parked", "3")));

            assertThat(stopped.exitCode()).as(stopped.err()).isEqualTo(ExitCode.FAILED);
            assertThat(stopped.err())
                    .contains("on partition 0, and the limit is 3. All of them are kept.")
                    .contains("`taskqueue parked list --bootstrap-server " + server + " --name full`")
                    .contains("start the sink with a higher --max-parked (in code, maxParked)");

            CommandRun started = sink("http", Stream.concat(Stream.of(full), Stream.of("--max-parked", "100")));

            assertThat(started.exitCode()).as(started.err()).isZero();
            assertThat(started.out()).contains("events are parked: see `taskqueue parked list");
        } finally {
            refusing.stop(0);
        }
    }

    private static String refused(int exitCode, String... arguments) {
        CommandRun sink = sink("log", Stream.of(arguments));
        assertThat(sink.exitCode()).as(sink.err()).isEqualTo(exitCode);
        assertThat(sink.err()).doesNotContain("\tat ", "Exception");
        return sink.err();
    }

    private static CommandRun sink(String kind, Stream<String> arguments) {
        List<String> same = List.of("sink", "--bootstrap-server", server, "--sink", kind);
        return CommandRun.of(Stream.concat(same.stream(), arguments).toArray(String[]::new));
    }
}
