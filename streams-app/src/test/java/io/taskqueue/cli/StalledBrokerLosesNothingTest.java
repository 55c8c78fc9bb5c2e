package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.streams.SinkService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker does not respond for longer than a producer waits, while the maximum number of events is in flight. */
class StalledBrokerLosesNothingTest {

    private static final int TASKS = 500;

    @Test
    void theSinkResumesFromWhatIsCommitted(@TempDir Path directory) throws Exception {
        int port = SecuredKafka.freePort();
        Map<String, Object> kafka = Map.of("bootstrap.servers", "127.0.0.1:" + port);
        Set<String> keys = ConcurrentHashMap.newKeySet();
        try (ChildJvm broker = BrokerKilledLosesNothingTest.broker(directory, "stalled", port);
                TaskQueue<String> queue = TaskQueue.<String>builder("stalled").build();
                ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(kafka)
                        .sourcePeer("test")
                        .start()) {
            for (int task = 0; task < TASKS; task++) {
                queue.enqueue("task " + task);
                Lease<String> lease = queue.lease();
                lease.complete();
            }
            source.replicated().get(90, TimeUnit.SECONDS);
            try (SinkService sink = SinkService.builder(
                            "stalled-sink",
                            (event, effects) -> effects.run("see", key -> {
                                keys.add(key.toString());
                                TimeUnit.MILLISECONDS.sleep(5);
                            }),
                            PayloadCodec.utf8())
                    .kafka(Map.of(
                            "bootstrap.servers", "127.0.0.1:" + port,
                            "producer.max.block.ms", 2_000,
                            "producer.request.timeout.ms", 1_000,
                            "producer.delivery.timeout.ms", 2_000))
                    .stateDirectory(directory.resolve("state"))
                    .concurrency(2)
                    .maxInFlight(16)
                    .start()) {
                Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> keys.size() > 50);
                broker.stall();
                try {
                    Awaitility.await().pollDelay(Duration.ofSeconds(8)).until(() -> true);
                } finally {
                    broker.resume();
                }
                Awaitility.await()
                        .atMost(Duration.ofSeconds(90))
                        .until(() -> sink.status().failure().isPresent() || keys.size() == 3 * TASKS);
                assertThat(sink.status().failure()).isEmpty();
                assertThat(sink.status().queues())
                        .allMatch(status -> status.counts().gaps() == 0);
            }
        }
    }
}
