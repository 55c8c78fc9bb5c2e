package io.taskqueue.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.shared.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TargetCommandTest {

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void targetCountsCallsAndKeysThatAreRepeated() throws Exception {
        try (ExampleTarget target = start(Duration.ZERO, 0)) {
            assertThat(post(target, "a").statusCode()).isEqualTo(204);
            assertThat(post(target, "b").statusCode()).isEqualTo(204);
            assertThat(post(target, "a").statusCode()).isEqualTo(204);

            HttpResponse<String> counts = client.send(request(target).build(), BodyHandlers.ofString());
            assertThat(counts.statusCode()).isEqualTo(200);
            assertThat(counts.body()).isEqualTo("{\"calls\":3,\"refused\":0,\"repeated\":1}\n");
        }
    }

    @Test
    void callWithoutAKeyIsRefused() throws Exception {
        try (ExampleTarget target = start(Duration.ZERO, 0)) {
            HttpRequest without =
                    request(target).POST(BodyPublishers.ofString("{}")).build();

            assertThat(client.send(without, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    void callThatFailsIsAnsweredWith503AndIsNoRepetition() throws Exception {
        try (ExampleTarget target = start(Duration.ZERO, 1)) {
            assertThat(post(target, "a").statusCode()).isEqualTo(503);
            assertThat(post(target, "a").statusCode()).isEqualTo(503);

            assertThat(client.send(request(target).build(), BodyHandlers.ofString())
                            .body())
                    .isEqualTo("{\"calls\":2,\"refused\":2,\"repeated\":0}\n");
        }
    }

    @Test
    void answersTakeTheLatency() throws Exception {
        try (ExampleTarget target = start(Duration.ofMillis(300), 0)) {
            long begin = System.nanoTime();

            assertThat(post(target, "a").statusCode()).isEqualTo(204);

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
        }
    }

    @Test
    void portThatIsTakenIsReported() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CommandRun run = CommandRun.of("target", "--port", String.valueOf(taken.getLocalPort()));

            assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(run.err())
                    .isEqualTo("taskqueue: The target cannot listen on 127.0.0.1:" + taken.getLocalPort()
                            + ": Address already in use. Pass another --host or --port.\n");
        }
    }

    @Test
    void unknownHostIsAUsageError() {
        CommandRun run = CommandRun.of("target", "--host", "no.such.host.invalid");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .isEqualTo(
                        "taskqueue: --host no.such.host.invalid is not an address of this machine. Correct the value.\n");
    }

    private static ExampleTarget start(Duration latency, double failRate) throws IOException {
        return ExampleTarget.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new ExampleTarget.Behavior(latency, failRate),
                new SplittableRandom(1));
    }

    private HttpResponse<String> post(ExampleTarget target, String key) throws Exception {
        return client.send(
                request(target)
                        .header("Idempotency-Key", key)
                        .POST(BodyPublishers.ofString("{}"))
                        .build(),
                BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(ExampleTarget target) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + target.port() + "/events"));
    }
}
