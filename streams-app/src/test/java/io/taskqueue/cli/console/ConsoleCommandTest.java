package io.taskqueue.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.cli.ChildJvm;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.TaskQueueCommand;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.embedded.EmbeddedKafka;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command console: what it refuses, in one line each, and that it serves until it is terminated. */
@Timeout(180)
class ConsoleCommandTest {

    @TempDir
    private static Path directory;

    private static EmbeddedKafka broker;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = EmbeddedKafka.start(directory.resolve("broker"), 0);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    private static CommandRun console(String... options) {
        String[] arguments = new String[options.length + 4];
        arguments[0] = "console";
        arguments[1] = "--bootstrap-server=" + broker.bootstrapServers();
        arguments[2] = "--token="; // not that of the environment
        arguments[3] = "--state-dir=" + directory.resolve("refused");
        System.arraycopy(options, 0, arguments, 4, options.length);
        return CommandRun.of(arguments);
    }

    @Test
    void addressThatOtherMachinesReachRequiresAToken() {
        CommandRun run = console("--host=0.0.0.0", "--port=0");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .endsWith(
                        "taskqueue: The console must have a token on an address that other machines can reach, but none is set "
                                + "for 0.0.0.0. Set a token, or listen on 127.0.0.1.\n");
    }

    @Test
    void busyPortIsReported() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CommandRun run = console("--port=" + other.getLocalPort());

            assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(run.err())
                    .endsWith("taskqueue: Port " + other.getLocalPort()
                            + " of 127.0.0.1 is in use by another process. Stop the "
                            + "process that listens there, or set another port of an address of this machine; port 0 selects a "
                            + "free one.\n");
        }
    }

    @Test
    void servesThePageBeforeThereIsATopicUntilItIsTerminated() throws Exception {
        try (ChildJvm console = ChildJvm.start(
                        directory.resolve("console.txt"),
                        TaskQueueCommand.class,
                        "console",
                        "--bootstrap-server=" + broker.bootstrapServers(),
                        "--port=0",
                        "--state-dir=" + directory.resolve("state"))
                .awaitOutput("The console is running. Press Ctrl-C to stop it.")) {
            URI url = URI.create(console.output()
                    .lines()
                    .filter(line -> line.startsWith("Console: "))
                    .findFirst()
                    .orElseThrow()
                    .substring("Console: ".length()));

            HttpResponse<String> page = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString());
            HttpResponse<String> view = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(url.resolve("api/v1/view")).build(),
                            HttpResponse.BodyHandlers.ofString());
            HttpResponse<String> metrics = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(url.resolve("metrics")).build(), HttpResponse.BodyHandlers.ofString());
            console.terminate();

            assertThat(metrics.body())
                    .contains(
                            "taskqueue_console_behind_records{console=\"taskqueue-console\"} 0.0",
                            "taskqueue_console_current{console=\"taskqueue-console\",index=\"queues\"} 0.0",
                            "jvm_memory_used_bytes");
            assertThat(page.body()).startsWithIgnoringCase("<!doctype html>");
            assertThat(view.body()).contains("\"allowWrites\":false", "\"showPayloads\":false");
            assertThat(console.awaitEnd()).isEqualTo(143);
        }
    }
}
