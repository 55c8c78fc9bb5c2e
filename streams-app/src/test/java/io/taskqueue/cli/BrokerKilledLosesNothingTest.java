package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.cli.dispatch.DispatchCounters;
import io.taskqueue.embedded.BrokerMain;
import io.taskqueue.event.EventKind;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.status.QueueStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker is killed under load and started again: every event of the queue reaches the sink. */
class BrokerKilledLosesNothingTest {

    private static final int TASKS = 2_000;

    @Test
    void everyEventReachesTheSink(@TempDir Path directory) throws Exception {
        int port = SecuredKafka.freePort();
        Map<String, Object> kafka = Map.of("bootstrap.servers", "127.0.0.1:" + port);
        Set<String> keys = ConcurrentHashMap.newKeySet();
        DispatchCounters counters = new DispatchCounters();
        ChildJvm broker = broker(directory, "first", port);
        try (TaskQueue<String> queue = TaskQueue.<String>builder("kept")
                        .listener(counters::count)
                        .build();
                ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(kafka)
                        .sourcePeer("test")
                        .partitions(2)
                        .start();
                SinkService sink = SinkService.builder(
                                "kept-sink",
                                (event, effects) -> effects.run("see", key -> keys.add(key.toString())),
                                PayloadCodec.utf8())
                        .kafka(kafka)
                        .stateDirectory(directory.resolve("state"))
                        .metrics(new SimpleMeterRegistry())
                        .start()) {
            work(queue, 0, TASKS / 2);
            broker.kill();
            work(queue, TASKS / 2, TASKS);
            broker = broker(directory, "second", port);

            source.replicated().get(90, TimeUnit.SECONDS);
            assertThat(counters.of(EventKind.COMPLETED)).isEqualTo(TASKS);
            Awaitility.await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> assertThat(keys)
                    .hasSize((int) counters.total()));
            assertThat(sink.status().queues())
                    .allMatch(status -> status.counts().gaps() == 0 && !status.diverged());
            assertThat(sink.status().queues())
                    .extracting(QueueStatus::queueName)
                    .containsExactly("kept");
        } finally {
            broker.kill();
        }
    }

    private static void work(TaskQueue<String> queue, int from, int to) throws InterruptedException {
        for (int i = from; i < to; i++) {
            queue.enqueue("task " + i);
            Lease<String> lease = queue.lease();
            lease.complete();
        }
    }

    static ChildJvm broker(Path directory, String name, int port) throws Exception {
        return ChildJvm.start(
                        directory.resolve(name + ".txt"),
                        BrokerMain.class,
                        directory.resolve("broker").toString(),
                        String.valueOf(port))
                .awaitOutput("READY");
    }
}
