package io.taskqueue.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.TestTopics;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.admin.SinkRates;
import io.taskqueue.streams.rate.RateLimit;
import io.taskqueue.streams.rate.RateOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code status} shows of the rate limit of a sink, and that it does not need a registry. */
class RateLimitIsShownTest {

    @TempDir
    Path directory;

    @Test
    void limitAndWhatWaitsForItAreShownWhileAnInstanceRuns() throws Exception {
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("broker"), 0)) {
            String server = broker.bootstrapServers();
            Map<String, Object> kafka = Map.of("bootstrap.servers", server);
            TestTopics.create(server, 2);
            try (SinkService sink = sink(kafka)) {
                Awaitility.await().atMost(Duration.ofSeconds(60)).until(sink::ready);
                CommandRun withoutRegistry = status(server);
                assertThat(withoutRegistry.exitCode()).isZero();
                assertThat(withoutRegistry.json().get("problem").asText())
                        .isEqualTo(
                                "The registry topic taskqueue.sources does not exist on this cluster, so the owners of"
                                        + " queues are unknown. The first source creates it: check --registry-topic, or start a source.");

                Path tasks =
                        Files.writeString(directory.resolve("tasks.ndjson"), "\"1\"\n\"2\"\n\"3\"\n\"4\"\n\"5\"\n");
                assertThat(CommandRun.dispatch(server, "orders", tasks).exitCode())
                        .isZero();
                Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                    JsonNode status = status(server).json();
                    assertThat(status.get("problem").isNull()).isTrue();
                    assertThat(status.at("/queues/0/owner").isNull()).isFalse();
                    assertThat(status.at("/sinks/0/limit/perSecond").asDouble()).isEqualTo(0.001);
                    assertThat(status.at("/sinks/0/limit/perKey").isNull()).isTrue();
                    assertThat(status.at("/sinks/0/limit/waiting").asInt())
                            .as("one event of each task waits, the others behind it")
                            .isEqualTo(5);
                });
                assertThat(CommandRun.of("status", "--bootstrap-server", server).out())
                        .contains("Sink limited-in-status: rate limit 0.001 calls/s; 5 events wait for it.");
                assertThat(CommandRun.of("status", "--bootstrap-server", server, "--watch", "--count", "1")
                                .out())
                        .contains("    limited-in-status: rate limit 0.001 calls/s; 5 events wait for it");

                new SinkRates(kafka, "limited-in-status")
                        .order(new RateOrder(Optional.of(new RateLimit(2_000, 500)), "ann", Instant.now()));
                Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                                status(server).json().at("/sinks/0/limit/text").asText())
                        .isEqualTo("2000 calls/s, 500 calls/s of a peer"));
            }
            assertThat(status(server).json().at("/sinks/0/limit").isNull())
                    .as("no instance runs")
                    .isTrue();
        }
    }

    private SinkService sink(Map<String, Object> kafka) {
        return SinkService.builder(
                        "limited-in-status", (event, effects) -> effects.run("call", key -> {}), PayloadCodec.utf8())
                .kafka(kafka)
                .stateDirectory(directory.resolve("state"))
                .instanceInterval(Duration.ofMillis(500))
                .rate(RateLimit.perSecond(0.001))
                .start();
    }

    private static CommandRun status(String server) {
        return CommandRun.of("status", "--bootstrap-server", server, "--output", "json");
    }
}
