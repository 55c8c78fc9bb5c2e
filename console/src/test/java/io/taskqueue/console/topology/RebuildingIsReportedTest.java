package io.taskqueue.console.topology;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskqueue.console.ConsoleServer;
import io.taskqueue.console.fold.ViewEvents;
import io.taskqueue.console.sinks.TopicSinkIndex;
import io.taskqueue.event.ReplicationEvent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the REST API states while a view is built, on a real broker: the reading is held back until the test has seen it. */
class RebuildingIsReportedTest {

    private static final int EVENTS = 400;
    private static final int HELD_BACK_AFTER = 100;

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What passes, and what waits until the test lets it pass. */
    private static final class Gate {

        private final AtomicInteger passed = new AtomicInteger();
        private final CountDownLatch opened = new CountDownLatch(1);

        /** Waits if others have passed before. */
        void pass(int records) {
            if (passed.getAndAdd(records) >= HELD_BACK_AFTER) {
                try {
                    opened.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    private static volatile Gate gate = new Gate();

    /** Holds back what a consumer has polled. */
    public static final class HeldBack implements ConsumerInterceptor<byte[], byte[]> {

        @Override
        public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
            gate.pass(records.count());
            return records;
        }

        @Override
        public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

        @Override
        public void configure(Map<String, ?> configs) {}

        @Override
        public void close() {}
    }

    @AfterEach
    void open() {
        gate.opened.countDown();
    }

    @Test
    void whileItReadsItsTopicEveryAnswerStatesHowFarBehindTheViewIs() throws Exception {
        gate = new Gate();
        try (ViewCluster cluster = new ViewCluster()) {
            cluster.createTopic(1);
            cluster.sendAll(0, enqueued());
            try (ViewService view = cluster.view().start();
                    AutoCloseable following = view.follow(event -> gate.pass(1));
                    Api api = Api.of(cluster, view)) {
                int behind = EVENTS - HELD_BACK_AFTER - 1; // the event that waits is in the view
                ViewCluster.await().untilAsserted(() -> assertThat(
                                api.get("/api/v1/view").path("behind").asInt())
                        .isEqualTo(behind));

                JsonNode progress = api.progress();
                assertThat(progress.path("state").asText()).isEqualTo("CATCHING_UP");
                assertThat(progress.path("done").asDouble()).isBetween(0.0, 0.999);
                assertThat(api.get("/api/v1/queues").path("behind").asInt()).isEqualTo(behind);
                assertThat(api.get("/api/v1/queue?name=mail").path("error").asText())
                        .isEqualTo("The console knows no queue 'mail'. It is " + behind
                                + " records behind: request again later.");

                gate.opened.countDown();
                api.awaitCurrent();
                api.awaitPending(EVENTS);
                assertThat(following).isNotNull();
            }
        }
    }

    @Test
    void whileALostStateIsRestoredTheShareThatIsRestoredIsStated() throws Exception {
        try (ViewCluster cluster = new ViewCluster()) {
            cluster.createTopic(1);
            cluster.sendAll(0, enqueued());
            try (ViewService view = cluster.view().start()) {
                ViewCluster.awaitCurrent(view);
            }
            ViewCluster.delete(cluster.state("one"));

            gate = new Gate();
            Map<String, ?> restoredInParts = Map.of(
                    "streams.restore.consumer.max.poll.records",
                    50,
                    "streams.restore.consumer.interceptor.classes",
                    HeldBack.class.getName());
            try (ViewService view = cluster.view("one", restoredInParts).start();
                    Api api = Api.of(cluster, view)) {
                ViewCluster.await().untilAsserted(() -> {
                    JsonNode progress = api.progress();
                    assertThat(progress.path("state").asText()).isEqualTo("RESTORING");
                    assertThat(progress.path("done").asDouble()).isBetween(0.01, 0.99);
                    assertThat(progress.path("problem").isNull()).isTrue();
                    assertThat(api.get("/api/v1/queues").path("behind").asInt()).isEqualTo(EVENTS);
                });

                gate.opened.countDown();
                api.awaitCurrent();
                api.awaitPending(EVENTS);
            }
        }
    }

    private static List<ReplicationEvent<String>> enqueued() {
        ViewEvents orders = new ViewEvents("orders", 1);
        List<ReplicationEvent<String>> events = new ArrayList<>();
        for (int task = 1; task <= EVENTS; task++) {
            events.add(orders.enqueued(task));
        }
        return events;
    }

    /** The REST API of a console that shows a view. */
    private record Api(TopicSinkIndex sinks, ConsoleServer server) implements AutoCloseable {

        static Api of(ViewCluster cluster, ViewService view) {
            TopicSinkIndex sinks = TopicSinkIndex.builder(cluster.kafka(), view)
                    .topic(cluster.topic)
                    .start();
            return new Api(sinks, ConsoleServer.builder(view, sinks).start());
        }

        JsonNode get(String path) throws IOException, InterruptedException {
            HttpResponse<String> response = CLIENT.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                            .build(),
                    BodyHandlers.ofString());
            return JSON.readTree(response.body());
        }

        /** How current the view is. */
        JsonNode progress() throws IOException, InterruptedException {
            return get("/api/v1/view").at("/data/queues");
        }

        void awaitCurrent() {
            ViewCluster.await().untilAsserted(() -> {
                assertThat(progress().path("state").asText()).isEqualTo("CURRENT");
                assertThat(progress().path("done").asDouble()).isEqualTo(1);
                assertThat(get("/api/v1/queues").path("behind").asInt()).isZero();
            });
        }

        /** The list of queues follows within a second. */
        void awaitPending(int tasks) {
            ViewCluster.await().untilAsserted(() -> assertThat(get("/api/v1/queue?name=orders")
                            .at("/data/queue/depth/pending")
                            .asInt())
                    .isEqualTo(tasks));
        }

        @Override
        public void close() {
            server.close();
            sinks.close();
        }
    }
}
