package io.taskqueue.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.event.TaskError;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DispatcherEventFeedTest {

    private static EmbeddedKafka kafka;

    private final TaskQueue<String> queue = TaskQueue.<String>builder("orders / ü")
            .capacity(5_000)
            .maxAttempts(1)
            .closeGrace(Duration.ZERO)
            .build();
    private ReplicationSource<String> source;
    private DispatcherEventFeed<String> feed;

    @BeforeAll
    static void startKafka(@TempDir Path directory) throws IOException {
        kafka = EmbeddedKafka.start(directory, 0);
    }

    @AfterAll
    static void stopKafka() {
        kafka.close();
    }

    @BeforeEach
    void startSource() throws InterruptedException {
        source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                .kafka(Map.of("bootstrap.servers", kafka.bootstrapServers()))
                .sourcePeer("dispatcher-a")
                .start();
        feed = new DispatcherEventFeed<>(queue, source, PayloadCodec.utf8());
    }

    @AfterEach
    void close() {
        source.close();
    }

    @Test
    void clientReceivesTheQueueAndThenEachEventInOrder() throws Exception {
        queue.enqueue("secret 0");
        source.replicated().get(20, TimeUnit.SECONDS);

        try (var server = DiagnosticsServer.builder().feed(feed).start();
                var stream = new HttpTestClient(server).connect()) {
            assertThat(stream.nextEvent()).contains("event: snapshot\n").contains("\"pending\":1");
            for (int n = 1; n <= 100; n++) {
                queue.enqueue("secret " + n);
            }

            for (int n = 1; n <= 100; n++) {
                assertThat(stream.nextEvent())
                        .startsWith(
                                "id: orders%20%2F%20%C3%BC/" + source.epoch() + "/" + (n + 1) + "\nevent: Enqueued\n")
                        .doesNotContain("secret");
            }
        }
    }

    @Test
    void lossIsReportedWhenTheReaderIsTooSlow() throws Exception {
        var small = new DispatcherEventFeed<>(queue, () -> source.events(1), PayloadCodec.utf8());
        BlockingQueue<DiagnosticsEvent> seen = new LinkedBlockingQueue<>();
        CountDownLatch resume = new CountDownLatch(1);

        try (var subscription = small.subscribe(event -> {
            awaitQuietly(resume);
            seen.add(event);
        })) {
            for (int n = 0; n < 10; n++) {
                queue.enqueue("x");
            }
            source.replicated().get(20, TimeUnit.SECONDS);
            resume.countDown();

            DiagnosticsEvent last = seen.poll(20, TimeUnit.SECONDS);
            while (last != null && !last.isLoss()) {
                last = seen.poll(20, TimeUnit.SECONDS);
            }
            assertThat(subscription).isNotNull();
            assertThat(last).isNotNull();
            assertThat(last.json(false)).contains("A subscription to queue orders / ü ended at event");
        }
    }

    @Test
    void noEventIsReadAfterTheSubscriptionIsClosed() throws Exception {
        List<DiagnosticsEvent> seen = new CopyOnWriteArrayList<>();
        feed.subscribe(seen::add).close();

        queue.enqueue("x");
        source.replicated().get(20, TimeUnit.SECONDS);

        await().atMost(Duration.ofSeconds(20)).until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("taskqueue-diagnostics-feed")));
        assertThat(seen).isEmpty();
    }

    @Test
    void snapshotContainsTheQueueAndNoPayload() throws Exception {
        for (String payload : new String[] {"secret 1", "secret 2", "secret 3", "secret 4"}) {
            queue.enqueue(payload);
        }
        queue.lease().complete();
        queue.lease().fail(TaskError.of("no route"));
        queue.lease();

        String text = feed.snapshot();
        JsonNode json = new ObjectMapper().readTree(text);

        assertThat(text).doesNotContain("secret");
        assertThat(json.path("queueName").asText()).isEqualTo("orders / ü");
        assertThat(json.path("sourceEventId").asLong())
                .isEqualTo(queue.snapshot().lastEvent());
        assertThat(json.path("counts").toString())
                .isEqualTo("{\"pending\":1,\"delayed\":0,\"leased\":1,\"enqueued\":4,\"restored\":0,\"completed\":1,"
                        + "\"deadLettered\":1,\"drained\":0,\"leasesExpired\":0}");
        assertThat(json.path("tasks").findValuesAsText("state")).containsExactly("leased", "pending", "dead");
        assertThat(json.path("tasks").findValuesAsText("taskSequenceId")).containsExactly("3", "4", "2");
        assertThat(json.path("tasks").path(0).has("leaseExpiration")).isTrue();
        assertThat(json.path("tasksLeftOut").asInt()).isZero();
    }

    @Test
    void snapshotOfALongQueueIsBounded() throws Exception {
        for (int n = 0; n < DispatcherEventFeed.MAX_TASKS + 5; n++) {
            queue.enqueue("x");
        }

        JsonNode json = new ObjectMapper().readTree(feed.snapshot());

        assertThat(json.path("tasks")).hasSize(DispatcherEventFeed.MAX_TASKS);
        assertThat(json.path("tasksLeftOut").asInt()).isEqualTo(5);
        assertThat(json.path("counts").path("pending").asInt()).isEqualTo(DispatcherEventFeed.MAX_TASKS + 5);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
