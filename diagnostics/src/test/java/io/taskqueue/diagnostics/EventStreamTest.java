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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventStreamTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final HandFedFeed feed = new HandFedFeed();
    private DiagnosticsServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void snapshotComesFirstAndNothingIsMissedBehindIt() throws IOException {
        start(builder());
        feed.duringSnapshot(() -> feed.emit("orders/1/1", "{\"n\":1}"));

        try (var stream = new Browser(server).watch()) {
            feed.emit("orders/1/2", "{\"n\":2}");

            assertThat(stream.next()).isEqualTo("retry: 3000\nevent: snapshot\ndata: {\"queue\":\"orders\"}\n");
            assertThat(stream.next()).isEqualTo("id: orders/1/1\nevent: Enqueued\ndata: {\"n\":1}\n");
            assertThat(stream.next()).isEqualTo("id: orders/1/2\nevent: Enqueued\ndata: {\"n\":2}\n");
            assertThat(stream.response().headers().firstValue("Content-Type"))
                    .hasValue("text/event-stream; charset=utf-8");
        }
    }

    @Test
    void dataOfSeveralLinesStaysOneEvent() throws IOException {
        start(builder());

        try (var stream = watching()) {
            feed.emit("orders/1/1", "{\n\"a\":\r\n\"ü\"\r}");

            assertThat(stream.next())
                    .isEqualTo("id: orders/1/1\nevent: Enqueued\ndata: {\ndata: \"a\":\ndata: \"ü\"\ndata: }\n");
        }
    }

    @Test
    void silenceIsFilledWithHeartbeats() throws IOException {
        start(builder().heartbeat(Duration.ofMillis(20)));

        try (var stream = watching()) {
            assertThat(stream.next()).isEqualTo(": heartbeat\n");
            assertThat(stream.next()).isEqualTo(": heartbeat\n");
        }
    }

    @Test
    void oneThatStopsReadingIsCutOffAndSlowsNobody() throws IOException {
        start(builder().bufferedEvents(64));
        String large = "\"" + "x".repeat(32 * 1024) + "\"";
        int events = 1_000;

        try (Socket stuck = stuckWatcher();
                var fast = watching()) {
            long slowest = 0;
            for (int n = 1; n <= events; n++) {
                long before = System.nanoTime();
                feed.emit("orders/1/" + n, large);
                slowest = Math.max(slowest, System.nanoTime() - before);
                assertThat(fast.nextEvent()).startsWith("id: orders/1/" + n + "\n");
            }

            assertThat(Duration.ofNanos(slowest)).isLessThan(Duration.ofSeconds(5));
            assertThat(readToTheEnd(stuck)).isLessThan(events * (long) large.length());
        }
    }

    @Test
    void oneThatWasCutOffMayWatchAgain() throws IOException {
        start(builder().bufferedEvents(8).maxWatchers(1));

        try (Socket stuck = stuckWatcher()) {
            String large = "\"" + "x".repeat(1024 * 1024) + "\"";
            for (int n = 1; n <= 100; n++) {
                feed.emit("orders/1/" + n, large);
            }

            await().atMost(PATIENCE).until(() -> feed.subscriptions() == 0);
            try (var stream = watching()) {
                feed.emit("orders/1/101", "{}");
                assertThat(stream.nextEvent()).startsWith("id: orders/1/101\n");
            }
            assertThat(readToTheEnd(stuck)).isLessThan(100L * large.length());
        }
    }

    @Test
    void anEventThatCannotBeShownEndsTheStreamAndNotTheFeed() throws IOException {
        start(builder());

        try (var stream = watching()) {
            feed.emit(DiagnosticsEvent.of("orders/1/1", "Enqueued", null));

            assertThatIOException().isThrownBy(stream::next);
        }
    }

    @Test
    void aFeedThatLostEventsEndsEveryStreamAndIsSubscribedToAnew() throws IOException {
        start(builder());

        try (var stream = watching()) {
            feed.emit(DiagnosticsEvent.lost("its buffer ran over"));

            assertThatIOException().isThrownBy(stream::next);
        }
        await().atMost(PATIENCE).until(() -> feed.subscriptions() == 0);
        try (var next = watching()) {
            feed.emit("orders/1/9", "{}");
            assertThat(next.next()).startsWith("id: orders/1/9\n");
        }
    }

    @Test
    void noMoreThanAllowedWatchAtOnce() throws IOException {
        start(builder().maxWatchers(1).heartbeat(Duration.ofMillis(20)));
        Browser browser = new Browser(server);

        try (var first = watching()) {
            var refused = browser.get("/diagnostics/taskqueue");

            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("30");
            assertThat(refused.body())
                    .isEqualTo("{\"error\":\"As many watch this process as it allows. Close another stream of it, or "
                            + "try again later.\"}");
            assertThat(first.next()).startsWith(":");
        }
        await().atMost(PATIENCE).untilAsserted(() -> {
            try (var next = browser.watch()) {
                assertThat(next.response().statusCode()).isEqualTo(200);
            }
        });
    }

    @Test
    void theFeedIsSubscribedToOnceAndOnlyWhileSomeoneWatches() throws IOException {
        start(builder().heartbeat(Duration.ofMillis(20)));
        assertThat(feed.subscriptions()).isZero();

        try (var one = watching();
                var two = watching()) {
            assertThat(feed.subscriptions()).isOne();
            assertThat(one.next()).isEqualTo(two.next());
        }

        await().atMost(PATIENCE).until(() -> feed.subscriptions() == 0);
    }

    @Test
    void aFailingSnapshotIsAnErrorOfTheProcess() {
        start(builder());
        feed.duringSnapshot(() -> {
            throw new IllegalStateException("the secret reason");
        });

        var answer = new Browser(server).get("/diagnostics/taskqueue");

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).isEqualTo("{\"error\":\"This failed inside; the log of the process says why.\"}");
        assertThat(feed.subscriptions()).isZero();
    }

    @Test
    void closeEndsEveryStreamAtOnceEvenAStuckOne() throws IOException {
        start(builder());
        try (Socket stuck = stuckWatcher();
                var stream = watching()) {
            String large = "\"" + "x".repeat(1024 * 1024) + "\"";
            for (int n = 1; n <= 3; n++) {
                feed.emit("orders/1/" + n, large); // more than the connection takes, less than what may wait
            }

            CompletableFuture.runAsync(server::close)
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();

            readToTheEnd(stuck);
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
    private Browser.Stream watching() throws IOException {
        Browser.Stream stream = new Browser(server).watch();
        assertThat(stream.next()).contains("event: snapshot\n");
        return stream;
    }

    /** A watcher that reads the start of its answer and then never again. */
    private Socket stuckWatcher() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4 * 1024);
        socket.setSoTimeout((int) PATIENCE.toMillis());
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
