package io.taskqueue.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventStreamEndpointTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final ManualEventFeed feed = new ManualEventFeed();

    @AutoClose
    private DiagnosticsServer server;

    @Test
    void snapshotIsFirstAndNoLaterEventIsMissed() throws IOException {
        start(builder());
        feed.duringSnapshot(() -> feed.emit("orders/1/1", "{\"n\":1}"));

        try (var stream = new HttpTestClient(server).connect()) {
            feed.emit("orders/1/2", "{\"n\":2}");

            assertThat(stream.next()).isEqualTo("retry: 3000\nevent: snapshot\ndata: {\"queue\":\"orders\"}\n");
            assertThat(stream.next()).isEqualTo("id: orders/1/1\nevent: Enqueued\ndata: {\"n\":1}\n");
            assertThat(stream.next()).isEqualTo("id: orders/1/2\nevent: Enqueued\ndata: {\"n\":2}\n");
            assertThat(stream.response().headers().firstValue("Content-Type"))
                    .hasValue("text/event-stream; charset=utf-8");
        }
    }

    @Test
    void dataOfSeveralLinesIsOneEvent() throws IOException {
        start(builder());

        try (var stream = connected()) {
            feed.emit("orders/1/1", "{\n\"a\":\r\n\"ü\"\r}");

            assertThat(stream.next())
                    .isEqualTo("id: orders/1/1\nevent: Enqueued\ndata: {\ndata: \"a\":\ndata: \"ü\"\ndata: }\n");
        }
    }

    @Test
    void idleStreamSendsHeartbeats() throws IOException {
        start(builder().heartbeat(Duration.ofMillis(20)));

        try (var stream = connected()) {
            assertThat(stream.next()).isEqualTo(": heartbeat\n");
            assertThat(stream.next()).isEqualTo(": heartbeat\n");
        }
    }

    @Test
    void clientThatStopsReadingIsDisconnectedAndDelaysNoOther() throws IOException {
        start(builder().bufferedEvents(64));
        String large = "\"" + "x".repeat(32 * 1024) + "\"";
        int events = 1_000;

        try (Socket blocked = blockedClient();
                var fast = connected()) {
            long slowest = 0;
            for (int n = 1; n <= events; n++) {
                long before = System.nanoTime();
                feed.emit("orders/1/" + n, large);
                slowest = Math.max(slowest, System.nanoTime() - before);
                assertThat(fast.nextEvent()).startsWith("id: orders/1/" + n + "\n");
            }

            assertThat(Duration.ofNanos(slowest)).isLessThan(Duration.ofSeconds(5));
            assertThat(readToTheEnd(blocked)).isLessThan(events * (long) large.length());
        }
    }

    @Test
    void disconnectedClientMayConnectAgain() throws IOException {
        start(builder().bufferedEvents(8).maxStreamClients(1));

        try (Socket blocked = blockedClient()) {
            String large = "\"" + "x".repeat(1024 * 1024) + "\"";
            for (int n = 1; n <= 100; n++) {
                feed.emit("orders/1/" + n, large);
            }

            await().atMost(TIMEOUT).until(() -> feed.subscriptions() == 0);
            try (var stream = connected()) {
                feed.emit("orders/1/101", "{}");
                assertThat(stream.nextEvent()).startsWith("id: orders/1/101\n");
            }
            assertThat(readToTheEnd(blocked)).isLessThan(100L * large.length());
        }
    }

    @Test
    void eventThatCannotBeEncodedEndsTheStreamAndNotTheFeed() throws IOException {
        start(builder());

        try (var stream = connected()) {
            feed.emit(DiagnosticsEvent.of("orders/1/1", "Enqueued", null));

            assertThatIOException().isThrownBy(stream::next);
        }
    }

    @Test
    void feedThatLostEventsEndsEveryStreamAndIsSubscribedToAgain() throws IOException {
        start(builder());

        try (var stream = connected()) {
            feed.emit(DiagnosticsEvent.lost("its buffer overflowed"));

            assertThatIOException().isThrownBy(stream::next);
        }
        await().atMost(TIMEOUT).until(() -> feed.subscriptions() == 0);
        try (var next = connected()) {
            feed.emit("orders/1/9", "{}");
            assertThat(next.next()).startsWith("id: orders/1/9\n");
        }
    }

    @Test
    void clientsBeyondTheMaximumAreRefused() throws IOException {
        start(builder().maxStreamClients(1).heartbeat(Duration.ofMillis(20)));
        HttpTestClient client = new HttpTestClient(server);

        try (var first = connected()) {
            var refused = client.get("/diagnostics/taskqueue");

            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("30");
            assertThat(refused.body())
                    .isEqualTo(
                            "{\"error\":\"The maximum number of clients is connected to this stream. Close another stream, "
                                    + "or connect again later.\"}");
            assertThat(first.next()).startsWith(":");
        }
        await().atMost(TIMEOUT).untilAsserted(() -> {
            try (var next = client.connect()) {
                assertThat(next.response().statusCode()).isEqualTo(200);
            }
        });
    }

    @Test
    void feedHasOneSubscriptionAndOnlyWhileClientsAreConnected() throws IOException {
        start(builder().heartbeat(Duration.ofMillis(20)));
        assertThat(feed.subscriptions()).isZero();

        try (var one = connected();
                var two = connected()) {
            assertThat(feed.subscriptions()).isOne();
            assertThat(one.next()).isEqualTo(two.next());
        }

        await().atMost(TIMEOUT).until(() -> feed.subscriptions() == 0);
    }

    @Test
    void failingSnapshotIsAnInternalError() {
        start(builder());
        feed.duringSnapshot(() -> {
            throw new IllegalStateException("the secret reason");
        });

        var response = new HttpTestClient(server).get("/diagnostics/taskqueue");

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body())
                .isEqualTo("{\"error\":\"The request failed with an internal error. See the log of the process.\"}");
        assertThat(feed.subscriptions()).isZero();
    }

    @Test
    void closeEndsEveryStreamAtOnceEvenABlockedOne() throws IOException {
        start(builder());
        try (Socket blocked = blockedClient();
                var stream = connected()) {
            String large = "\"" + "x".repeat(1024 * 1024) + "\"";
            for (int n = 1; n <= 3; n++) {
                feed.emit("orders/1/" + n, large); // more than the connection accepts, less than the buffer
            }

            CompletableFuture.runAsync(server::close)
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();

            readToTheEnd(blocked);
            assertThatIOException().isThrownBy(() -> {
                while (true) {
                    stream.next();
                }
            });
            assertThat(feed.subscriptions()).isZero();
        }
        int port = server.port();
        server.close();
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .isInstanceOf(IOException.class);
    }

    private DiagnosticsServer.Builder builder() {
        return DiagnosticsServer.builder().feed(feed);
    }

    private void start(DiagnosticsServer.Builder builder) {
        server = builder.start();
    }

    /** A stream whose snapshot has been read. */
    private HttpTestClient.Stream connected() throws IOException {
        HttpTestClient.Stream stream = new HttpTestClient(server).connect();
        assertThat(stream.next()).contains("event: snapshot\n");
        return stream;
    }

    /** A client that reads the start of the response and then stops reading. */
    private Socket blockedClient() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4 * 1024);
        socket.setSoTimeout((int) TIMEOUT.toMillis());
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        socket.getOutputStream()
                .write("GET /diagnostics/taskqueue HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().read()).isEqualTo('H');
        return socket;
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
}
