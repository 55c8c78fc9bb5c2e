package io.taskqueue.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import io.taskqueue.console.api.ConsoleSettings;
import io.taskqueue.console.model.EventView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The event stream: state each second, the tail of a queue, and continuing after a dropped connection. */
@Timeout(60)
class ConsoleEventsTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");

    private final FakeCluster cluster = FakeClusters.small(NOW);

    @AutoClose
    private ConsoleServer server;

    private ConsoleClient client;

    private void start(ConsoleServer.Builder builder) {
        server = builder.start();
        client = new ConsoleClient(server.port());
    }

    private ConsoleServer.Builder builder() {
        return ConsoleServer.builder(cluster, cluster);
    }

    private void emit(String queue, long offset) {
        cluster.emit(FakeClusters.event(NOW, queue, offset));
    }

    @Test
    void stateComesAtOnceAndThenEachSecond() throws IOException {
        start(builder());

        try (var stream = client.stream("/api/v1/events")) {
            assertThat(stream.next()).startsWith("retry: 3000\nevent: view\ndata: {\"queues\":{\"state\":\"CURRENT\"");
            assertThat(stream.next()).startsWith("event: view\ndata: ");
            assertThat(stream.response().headers().firstValue("Content-Type"))
                    .hasValue("text/event-stream; charset=utf-8");
        }
    }

    @Test
    void eventsOfTheQueueThatIsFollowedComeWithTheirIdsAndWithoutPayloads() throws IOException {
        start(builder());

        try (var stream = client.stream("/api/v1/events?queue=orders")) {
            stream.next("view");
            emit("payments", 1);
            emit("orders", 2);
            emit("orders", 3);

            assertThat(stream.next("change"))
                    .startsWith("id: 1-2\nevent: change\n")
                    .contains("\"taskId\":\"orders/7/2\"", "\"payload\":null")
                    .doesNotContain("secret");
            assertThat(stream.next("change")).startsWith("id: 1-3\n");
        }
    }

    @Test
    void payloadsAreIncludedIfEnabled() throws IOException {
        start(builder().view(new ConsoleSettings(false, true, "1.0", "taskqueue.events", "localhost:9092", 100)));

        try (var stream = client.stream("/api/v1/events?queue=orders")) {
            stream.next("view");
            emit("orders", 2);

            assertThat(stream.next("change")).contains("payload of 2");
        }
    }

    @Test
    void clientThatConnectsAgainContinuesAfterTheLastEventItReceived() throws IOException {
        start(builder());
        try (var stream = client.stream("/api/v1/events?queue=orders")) {
            stream.next("view");
            emit("orders", 1);
            stream.next("change");
        }
        emit("orders", 2);
        emit("payments", 3);
        emit("orders", 4);

        try (var again = client.stream("/api/v1/events?queue=orders", "Last-Event-ID", "1-1")) {
            assertThat(again.next("change")).startsWith("id: 1-2\n");
            assertThat(again.next("change")).startsWith("id: 1-4\n");
        }
    }

    @Test
    void eventsThatAreNotKeptAnyMoreAreReportedAsAReset() throws IOException {
        start(builder());
        try (var stream = client.stream("/api/v1/events?queue=orders")) {
            stream.next("view");
            for (int offset = 1; offset <= 1_010; offset++) {
                emit("orders", offset);
            }
        }

        try (var atTheEdge = client.stream("/api/v1/events?queue=orders", "Last-Event-ID", "1-10");
                var tooOld = client.stream("/api/v1/events?queue=orders", "Last-Event-ID", "1-9")) {
            assertThat(atTheEdge.next("change")).startsWith("id: 1-11\n");
            assertThat(tooOld.next("reset"))
                    .isEqualTo(
                            "event: reset\ndata: {\"reason\":\"The events after 1-9 are not kept here. Read the queue "
                                    + "again.\"}\n");
        }
    }

    @Test
    void clientThatStopsReadingIsDisconnectedAndDelaysNoOther() throws IOException {
        start(builder().bufferedEvents(64));

        try (Socket blocked = new Socket();
                var fast = client.stream("/api/v1/events?queue=orders")) {
            blocked.setReceiveBufferSize(4 * 1024);
            blocked.setSoTimeout(20_000);
            blocked.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            blocked.getOutputStream()
                    .write("GET /api/v1/events?queue=orders HTTP/1.1\r\nHost: localhost\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(blocked.getInputStream().read()).isEqualTo('H');
            fast.next("view");
            int events = 400;
            for (int offset = 1; offset <= events; offset++) {
                cluster.emit(large(offset));
                assertThat(fast.next("change")).startsWith("id: 1-" + offset + "\n");
            }

            assertThat(readToTheEnd(blocked)).isLessThan(events * 30_000L);
        }
    }

    private static EventView large(long offset) {
        EventView event = FakeClusters.event(NOW, "orders", offset);
        return new EventView(
                event.queueName(),
                event.taskId(),
                "Failed",
                event.epoch(),
                event.sequence(),
                event.partition(),
                offset,
                event.occurredAt(),
                1,
                null,
                null,
                null,
                "x".repeat(32 * 1024),
                null);
    }

    private static long readToTheEnd(Socket socket) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        long total = 0;
        try {
            for (int n = socket.getInputStream().read(buffer);
                    n >= 0;
                    n = socket.getInputStream().read(buffer)) {
                total += n;
            }
        } catch (java.net.SocketTimeoutException e) {
            throw e;
        } catch (java.net.SocketException e) {
            return total; // reset: an end as well
        }
        return total;
    }

    @Test
    void clientsBeyondTheMaximumAreRefused() throws IOException {
        start(builder().maxStreamClients(1).heartbeat(Duration.ofMillis(20)));

        try (var first = client.stream("/api/v1/events")) {
            first.next("view");
            assertThat(client.error("events"))
                    .isEqualTo(
                            "503 The maximum number of clients is connected to this stream. Close another stream, or connect "
                                    + "again later.");
        }
        await().untilAsserted(() -> {
            try (var next = client.stream("/api/v1/events")) {
                assertThat(next.response().statusCode()).isEqualTo(200);
            }
        });
    }

    @Test
    void queuesThatNobodyFollowsAnyMoreMakeRoom() throws IOException {
        start(builder().heartbeat(Duration.ofMillis(20)));
        try (var kept = client.stream("/api/v1/events?queue=orders")) {
            kept.next("view");
            for (int n = 0; n < 300; n++) {
                try (var other = client.stream("/api/v1/events?queue=other-" + n)) {
                    other.next("view");
                }
            }
            emit("orders", 7);

            assertThat(kept.next("change")).startsWith("id: 1-7\n");
        }
    }

    @Test
    void closeEndsEveryStreamAndFollowsNoMore() throws IOException {
        start(builder());
        try (var stream = client.stream("/api/v1/events?queue=orders")) {
            stream.next("view");
            assertThat(cluster.followers()).isOne();

            server.close();

            assertThatIOException().isThrownBy(() -> {
                while (true) {
                    stream.next();
                }
            });
            assertThat(cluster.followers()).isZero();
        }
    }
}
