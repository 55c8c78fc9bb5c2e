package io.taskqueue.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.streams.SinkService;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Offsets of events that wait for their target are committed: a stuck sink must not look like one that has applied everything. */
class EventsInFlightAreShownTest {

    @TempDir
    Path directory;

    @Test
    void statusOfAStoppedSinkCountsTheEventsThatItHasNotApplied() throws Exception {
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("broker"), 0)) {
            Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            publish(kafka);
            AtomicBoolean available = new AtomicBoolean();
            SinkService.Builder<String> sink = SinkService.builder(
                            "stuck",
                            (event, effects) -> effects.run("call", key -> {
                                if (!available.get()) {
                                    throw new IOException("HTTP 404");
                                }
                            }),
                            PayloadCodec.utf8())
                    .kafka(kafka)
                    .stateDirectory(directory.resolve("stuck"));
            try (SinkService service = sink.start()) {
                awaitStatus(broker, 0, 3);
                assertThat(service.status().failure()).isEmpty();
            }
            awaitStatus(broker, 0, 3);
            assertThat(CommandRun.of("status", "--bootstrap-server", broker.bootstrapServers())
                            .out())
                    .contains("in flight");

            available.set(true);
            try (SinkService service = sink.start()) {
                awaitStatus(broker, 0, 0);
                assertThat(service.status().failure()).isEmpty();
            }
        }
    }

    private static void publish(Map<String, Object> kafka) throws Exception {
        try (TaskQueue<String> queue = TaskQueue.<String>builder("orders").build();
                ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(kafka)
                        .partitions(1)
                        .start()) {
            queue.enqueue("order");
            queue.lease().complete();
            source.replicated().get(30, TimeUnit.SECONDS);
        }
    }

    private static void awaitStatus(EmbeddedKafka broker, long behind, long inFlight) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            JsonNode sinks = CommandRun.of(
                            "status", "--bootstrap-server", broker.bootstrapServers(), "--output", "json")
                    .json()
                    .get("sinks");
            assertThat(sinks).hasSize(1);
            assertThat(sinks.get(0).get("events").asLong()).isEqualTo(behind);
            assertThat(sinks.get(0).get("inFlight").asLong()).isEqualTo(inFlight);
        });
    }
}
