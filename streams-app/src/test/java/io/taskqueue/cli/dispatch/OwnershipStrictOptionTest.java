package io.taskqueue.cli.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskqueue.cli.ChildJvm;
import io.taskqueue.cli.TaskQueueCommand;
import io.taskqueue.embedded.EmbeddedKafka;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class OwnershipStrictOptionTest {

    private static final Pattern READY = Pattern.compile("Diagnostics: (http://[^/]*)/");

    @Test
    void dispatcherThatCannotReadTheRegistryReportsThatItGrantsNoLeases(@TempDir Path directory) throws Exception {
        Path tasks = Files.write(directory.resolve("tasks.ndjson"), Collections.nCopies(100, "{}"));
        EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("broker"), 0);
        String[] arguments = {
            "dispatch",
            "--bootstrap-server",
            broker.bootstrapServers(),
            "--queue",
            "strict",
            "--tasks",
            tasks.toString(),
            "--workers",
            "1",
            "--work-time",
            "10s",
            "--port",
            "0",
            "--ownership-strict",
            "2s"
        };
        try (broker;
                ChildJvm dispatch =
                        ChildJvm.start(directory.resolve("output.txt"), TaskQueueCommand.class, arguments)) {
            Matcher url = READY.matcher(dispatch.awaitOutput("Diagnostics: ").output());
            assertThat(url.find()).isTrue();
            broker.close();

            await().atMost(Duration.ofSeconds(60)).until(() -> get(url.group(1) + "/health/ready")
                    .contains("No leases are granted, because the registry has not been read for more than 2s"
                            + " (ownershipStrict)"));
        }
    }

    private static String get(String url) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
