package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;

/** The command {@code console} in this process, with a token. Closing interrupts it. */
final class RunningConsole implements AutoCloseable {

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Future<CommandRun> run;
    private final String url;
    private final String token;

    private RunningConsole(List<String> arguments, int port, String token) {
        this.url = "http://127.0.0.1:" + port;
        this.token = token;
        this.run = thread.submit(() -> CommandRun.of(arguments.toArray(String[]::new)));
    }

    static RunningConsole start(String server, Path properties, Path state, String token) throws IOException {
        int port = SecuredKafka.freePort();
        return new RunningConsole(
                List.of(
                        "console",
                        "--bootstrap-server",
                        server,
                        "--command-config",
                        properties.toString(),
                        "--state-dir",
                        state.toString(),
                        "--port",
                        String.valueOf(port),
                        "--token",
                        token,
                        "--show-payloads"),
                port,
                token);
    }

    /** Waits until a path is answered with a text that contains another one. */
    HttpResponse<String> await(String path, String content) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(
                        () -> {
                            assertThat(run.isDone()).as("the console has ended").isFalse();
                            return client.send(
                                    HttpRequest.newBuilder(URI.create(url + path))
                                            .header("Authorization", "Bearer " + token)
                                            .timeout(Duration.ofSeconds(10))
                                            .build(),
                                    BodyHandlers.ofString());
                        },
                        answer -> answer.body().contains(content));
    }

    @Override
    public void close() {
        run.cancel(true);
        thread.shutdown();
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(thread::isTerminated);
    }
}
