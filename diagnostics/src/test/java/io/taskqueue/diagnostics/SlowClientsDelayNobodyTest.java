package io.taskqueue.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Tag;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.taskqueue.http.ClientDeadlines;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that send nothing, send slowly, never end their request or never take their response cost nobody else anything. */
@Timeout(60)
class SlowClientsDelayNobodyTest {

    private static final Duration AT_ONCE = Duration.ofSeconds(1);
    private static final String TAIL = " HTTP/1.1\r\nHost: localhost\r\n";

    private final List<Socket> sockets = new ArrayList<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private DiagnosticsServer server;

    @AfterEach
    void close() throws IOException {
        released.countDown();
        for (Socket socket : sockets) {
            socket.close();
        }
        server.close();
    }

    private void start(Duration requestTimeout) {
        server = DiagnosticsServer.builder()
                .requestTimeout(requestTimeout)
                .parked(new NoParkedTasks())
                .registry(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                .start();
    }

    private Socket open(String sent) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        sockets.add(socket);
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write(sent.getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private void open(int count, String sent) throws IOException {
        for (int i = 0; i < count; i++) {
            open(sent);
        }
    }

    private String answer(String path) throws IOException {
        try (Socket socket = open("GET " + path + TAIL + "\r\n")) {
            socket.setSoTimeout((int) AT_ONCE.toMillis());
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void assertAnswersAtOnce(String... paths) throws IOException {
        for (String path : paths) {
            assertThat(answer(path)).as(path).startsWith("HTTP/1.1 200 ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GET /health/live HTT",
                "GET /health/live" + TAIL + "X-Slow: 1\r\n",
                "POST /api/parked" + TAIL + "Content-Type: application/json\r\nContent-Length: 10\r\n\r\n",
                "POST /api/parked" + TAIL + "Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{",
                "POST /api/parked" + TAIL
                        + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
                "POST /api/parked" + TAIL + "Expect: 100-continue\r\nContent-Length: 10\r\n\r\n",
                "GET /metrics" + TAIL + "Content-Length: 10\r\n\r\n",
            })
    void unfinishedRequestsDelayNobody(String unfinished) throws IOException {
        start(Duration.ofSeconds(10));
        open(200, unfinished);

        assertAnswersAtOnce("/health/live", "/health/ready", "/metrics", "/api/parked");
    }

    @Test
    void connectionsWhoseClientSendsNothingMoreMakeRoomForOthers() throws IOException {
        start(Duration.ofSeconds(10));
        Socket first = open("GET /health/live HTT");
        open(2 * ClientDeadlines.MAX_WAITING, "");

        assertAnswersAtOnce("/health/live", "/health/ready", "/metrics", "/api/parked");
        assertThat(isClosedByServer(first)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GET /health/live HTT",
                "POST /api/parked" + TAIL + "Content-Length: 10\r\n\r\n{",
                "NONSENSE\r\n\r\n"
            })
    void clientThatNeverCompletesItsRequestIsDisconnected(String unfinished) throws IOException {
        start(Duration.ofMillis(200));

        assertThat(isClosedByServer(open(unfinished))).isTrue();
    }

    @Test
    void clientThatSendsOneByteAfterTheOtherIsDisconnected() throws IOException {
        start(Duration.ofMillis(300));
        Socket slow = open("GET /health/live" + TAIL);

        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    try {
                        slow.getOutputStream().write("X".getBytes(StandardCharsets.UTF_8));
                        return false;
                    } catch (SocketException closed) {
                        return true;
                    }
                });
    }

    @Test
    void responsesThatAreNotTakenDelayNobodyLongerThanTheRequestTimeout() throws IOException {
        var large = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        for (int i = 0; i < 60; i++) {
            large.counter("taskqueue.large", List.of(Tag.of("queue", i + "x".repeat(20_000))));
        }
        server = DiagnosticsServer.builder()
                .requestTimeout(Duration.ofMillis(200))
                .registry(large)
                .start();
        open(100, "GET /metrics" + TAIL + "\r\n");

        assertAnswersAtOnce("/health/live", "/health/ready");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> new HttpTestClient(server).get("/metrics").statusCode() == 200);
    }

    @Test
    void checkThatNeverReturnsLeavesTheOtherPathsAvailable() throws IOException {
        server = DiagnosticsServer.builder()
                .registry(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                .ready("stuck", () -> {
                    released.await();
                    return Optional.empty();
                })
                .start();
        open(150, "GET /health/ready" + TAIL + "\r\n");

        assertAnswersAtOnce("/health/live", "/metrics");
    }

    @Test
    void clientThatHasSentItsRequestMayCloseItsOutput() throws IOException {
        start(Duration.ofSeconds(10));
        Socket halfClosed = open("GET /health/live" + TAIL + "\r\n");
        halfClosed.shutdownOutput();

        assertThat(new String(halfClosed.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("{\"status\":\"live\"}");
    }

    @Test
    void halfClosedConnectionsDelayNobody() throws IOException {
        start(Duration.ofSeconds(10));
        for (int i = 0; i < 200; i++) {
            open("GET /health/live HTT").shutdownOutput();
        }

        assertAnswersAtOnce("/health/live", "/health/ready", "/metrics", "/api/parked");
    }

    @Test
    void tooLargeHeadersAndBodiesAreRefused() throws IOException {
        start(Duration.ofSeconds(10));
        HttpTestClient client = new HttpTestClient(server);

        assertThat(client.raw("GET /health/live" + TAIL + "X: " + "x".repeat(10_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ");
        assertThat(client.raw("POST /api/parked" + TAIL
                        + "Content-Type: application/json\r\nContent-Length: 70000\r\n\r\n" + "x".repeat(70_000)))
                .startsWith("HTTP/1.1 413 ");
    }

    /** Whether the connection ends, with an answer or without. */
    private static boolean isClosedByServer(Socket socket) throws IOException {
        try {
            socket.getInputStream().readAllBytes();
            return true;
        } catch (SocketException reset) {
            return true;
        }
    }
}
