package io.taskqueue.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.streams.SinkService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/** From the queue to a sink through Kafka's published image. Skipped where no Docker engine is. */
class KafkaContainerTest {

    private static final String IMAGE = "apache/kafka:4.3.1";
    private static final int TASKS = 100;

    @Test
    void everyEventReachesTheSinkOnce(@TempDir Path state) throws Exception {
        boolean required = "required".equals(System.getProperty("taskqueue.containers"));
        assumeTrue(
                required || DockerClientFactory.instance().isDockerAvailable(),
                "SKIPPED: no Docker engine here; the same runs on the embedded broker in other tests");
        try (KafkaContainer kafka = new KafkaContainer(IMAGE)) {
            kafka.start();
            Map<String, String> properties = Map.of("bootstrap.servers", kafka.getBootstrapServers());
            List<String> seen = new CopyOnWriteArrayList<>();

            try (TaskQueue<String> queue =
                            TaskQueue.<String>builder("containers").build();
                    ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                            .kafka(properties)
                            .sourcePeer("test")
                            .start();
                    SinkService sink = SinkService.builder(
                                    "container-sink", this.<String>recorder(seen), PayloadCodec.utf8())
                            .kafka(properties)
                            .stateDirectory(state)
                            .start()) {
                for (int i = 0; i < TASKS; i++) {
                    queue.enqueue("task " + i);
                    Lease<String> lease = queue.lease();
                    lease.complete();
                }
                source.replicated().get(30, TimeUnit.SECONDS);
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> assertThat(seen).hasSize(3 * TASKS).doesNotHaveDuplicates());
                assertThat(sink.ready()).isTrue();
            }
        }
    }

    private <T> ReplicationSink<T> recorder(List<String> seen) {
        return (ReplicationEvent<T> event, Effects effects) -> effects.run("see", key -> seen.add(key.toString()));
    }
}
