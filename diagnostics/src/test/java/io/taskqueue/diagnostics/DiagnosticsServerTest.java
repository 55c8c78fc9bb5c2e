package io.taskqueue.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DiagnosticsServerTest {

    @AutoClose
    private DiagnosticsServer server;

    @Test
    void liveWhileItServes() {
        server = DiagnosticsServer.builder()
                .ready("never", () -> Optional.of("no"))
                .start();

        var response = new HttpTestClient(server).get("/health/live");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("{\"status\":\"live\"}");
    }

    @Test
    void readyWhenEveryCheckPasses() {
        AtomicReference<Optional<String>> source = new AtomicReference<>(Optional.of("the broker does not answer"));
        server = DiagnosticsServer.builder()
                .ready("queue", Optional::empty)
                .ready("source", source::get)
                .start();
        HttpTestClient client = new HttpTestClient(server);

        var before = client.get("/health/ready");
        source.set(Optional.empty());
        var after = client.get("/health/ready");

        assertThat(before.statusCode()).isEqualTo(503);
        assertThat(before.body())
                .contains("\"status\":\"not ready\"")
                .contains("\"check\":\"source\"")
                .contains("\"reason\":\"the broker does not answer\"")
                .doesNotContain("queue");
        assertThat(after.statusCode()).isEqualTo(200);
        assertThat(after.body()).isEqualTo("{\"status\":\"ready\"}");
    }

    @Test
    void checkThatThrowsFails() {
        server = DiagnosticsServer.builder()
                .ready("source", () -> {
                    throw new IOException("broken \"pipe\"");
                })
                .start();

        var response = new HttpTestClient(server).get("/health/ready");

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body()).contains("broken \\\"pipe\\\"");
    }

    @Test
    void whateverAChecksOrANotesCodeThrowsIsItsReason() {
        RuntimeException unreadable = new RuntimeException() {
            private static final long serialVersionUID = 1L;

            @Override
            public String getMessage() {
                throw new IllegalStateException("no message");
            }

            @Override
            public String toString() {
                throw new IllegalStateException("no text");
            }
        };
        for (Throwable thrown : List.of(
                new IllegalStateException("no answer"),
                new NoClassDefFoundError("com/example/Shop"),
                new StackOverflowError())) {
            try (DiagnosticsServer failing = DiagnosticsServer.builder()
                    .ready("shop", () -> DiagnosticsServerTest.<Optional<String>, RuntimeException>sneak(thrown))
                    .ready(
                            "unreadable",
                            () -> DiagnosticsServerTest.<Optional<String>, RuntimeException>sneak(unreadable))
                    .ready("other", () -> Optional.of("the other one"))
                    .note("note", () -> DiagnosticsServerTest.<Optional<String>, RuntimeException>sneak(thrown))
                    .start()) {
                String message = thrown.getMessage() == null ? thrown.getClass().getName() : thrown.getMessage();

                var response = new HttpTestClient(failing).get("/health/ready");

                assertThat(response.statusCode()).isEqualTo(503);
                assertThat(response.body())
                        .contains("\"reason\":\"" + message + "\"", "\"reason\":\"the other one\"")
                        .contains("\"reason\":\"" + unreadable.getClass().getName() + "\"")
                        .contains("\"notes\":{\"note\":\"" + message + "\"}");
            }
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <R, X extends Throwable> R sneak(Throwable thrown) throws X {
        throw (X) thrown;
    }

    @Test
    void metersAreServedAsPrometheusText() {
        var prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        var registry = new CompositeMeterRegistry();
        registry.add(new SimpleMeterRegistry());
        registry.add(prometheus);
        registry.counter("taskqueue.replication.events", "queue", "übung", "kind", "Enqueued")
                .increment(3);
        server = DiagnosticsServer.builder().registry(registry).start();

        var response = new HttpTestClient(server).get("/metrics");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("text/plain")
                .contains("version=0.0.4");
        assertThat(response.body())
                .contains("taskqueue_replication_events_total{kind=\"Enqueued\",queue=\"übung\"} 3.0");
    }

    @Test
    void registryWithoutPrometheusIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DiagnosticsServer.builder()
                        .registry(new SimpleMeterRegistry())
                        .start())
                .withMessage(
                        "/metrics requires a PrometheusMeterRegistry, but the registry is a SimpleMeterRegistry that contains "
                                + "none. Pass a PrometheusMeterRegistry, or a CompositeMeterRegistry that one was added to.");
    }

    @Test
    void missingContentIsReportedInJson() {
        server = DiagnosticsServer.builder().start();
        HttpTestClient client = new HttpTestClient(server);

        assertThat(client.get("/nothing").statusCode()).isEqualTo(404);
        assertThat(client.get("/nothing").body()).isEqualTo("{\"error\":\"There is nothing at /nothing.\"}");
        assertThat(client.get("/metrics").body()).isEqualTo("{\"error\":\"This process was started without meters.\"}");
        assertThat(client.get("/diagnostics/taskqueue").body())
                .isEqualTo("{\"error\":\"This process was started without an event stream.\"}");
    }

    @Test
    void responsesKeepBrowsersOutAndDoNotIdentifyTheServer() {
        server = DiagnosticsServer.builder().start();

        var headers = new HttpTestClient(server)
                .get("/health/live", "Origin", "http://evil.example")
                .headers();

        assertThat(headers.firstValue("Cache-Control")).hasValue("no-store");
        assertThat(headers.firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(headers.firstValue("Content-Security-Policy"))
                .hasValue("default-src 'none'; frame-ancestors 'none'");
        assertThat(headers.map().keySet())
                .noneMatch(name -> name.toLowerCase(java.util.Locale.ROOT).startsWith("access-control"))
                .doesNotContain("server", "Server", "x-powered-by");
    }

    @Test
    void responseToMalformedRequestDoesNotIdentifyTheServer() throws IOException {
        server = DiagnosticsServer.builder().start();

        assertThat(new HttpTestClient(server).raw("NONSENSE\r\n\r\n"))
                .contains(" 400 ")
                .doesNotContainIgnoringCase("jetty");
    }

    @Test
    void otherMethodsThanGetAndHeadAreRefused() throws IOException {
        server = DiagnosticsServer.builder().feed(new ManualEventFeed()).start();

        for (String path : new String[] {"/health/live", "/health/ready", "/metrics", "/diagnostics/taskqueue"}) {
            for (String method : new String[] {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"}) {
                assertThat(send(method, path))
                        .as(method + " " + path)
                        .startsWith("HTTP/1.1 405 ")
                        .contains("\r\nAllow: GET, HEAD\r\n")
                        .endsWith("{\"error\":\"This path supports GET and HEAD only.\"}");
            }
        }
        for (String method : new String[] {"PUT", "DELETE", "OPTIONS", "BREW"}) {
            assertThat(send(method, "/api/parked"))
                    .startsWith("HTTP/1.1 405 ")
                    .contains("\r\nAllow: GET, HEAD, POST\r\n")
                    .endsWith("{\"error\":\"This path supports GET, HEAD and POST only.\"}");
        }
        assertThat(send("BREW", "/nothing")).startsWith("HTTP/1.1 404 ");
    }

    @Test
    void headAnswersAsGetWithoutABody() throws IOException {
        AtomicReference<Optional<String>> source = new AtomicReference<>(Optional.empty());
        server = DiagnosticsServer.builder()
                .registry(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                .ready("source", source::get)
                .start();
        String[] paths = {
            "/health/live",
            "/health/ready",
            "/metrics",
            "/api/parked",
            "/diagnostics/taskqueue",
            "/nothing",
            "/metrics/"
        };

        for (String path : paths) {
            assertHeadIsGetWithoutBody(path);
        }
        source.set(Optional.of("the broker does not answer"));
        assertHeadIsGetWithoutBody("/health/ready");
        assertThat(send("HEAD", "/health/ready")).startsWith("HTTP/1.1 503 ");
    }

    @Test
    void headOfTheStreamAnswersAsGetWithoutJoiningIt() throws IOException {
        ManualEventFeed feed = new ManualEventFeed();
        server = DiagnosticsServer.builder().feed(feed).maxStreamClients(1).start();

        String free = send("HEAD", "/diagnostics/taskqueue");
        assertThat(feed.subscriptions()).isZero();
        try (HttpTestClient.Stream stream = new HttpTestClient(server).connect()) {
            stream.next();

            assertHeadIsGetWithoutBody("/diagnostics/taskqueue");
            assertThat(send("HEAD", "/diagnostics/taskqueue"))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("\r\nRetry-After: 30\r\n");
        }
        assertThat(free)
                .startsWith("HTTP/1.1 200 ")
                .contains("\r\nContent-Type: text/event-stream; charset=utf-8\r\n")
                .doesNotContain("Content-Length")
                .endsWith("\r\n\r\n");
    }

    private void assertHeadIsGetWithoutBody(String path) throws IOException {
        String get = send("GET", path);
        assertThat(send("HEAD", path)).as(path).isEqualTo(get.substring(0, get.indexOf("\r\n\r\n") + 4));
    }

    @Test
    void severalFeedsShareTheStream() throws IOException {
        ManualEventFeed orders = new ManualEventFeed();
        ManualEventFeed parcels = new ManualEventFeed("{\"queue\":\"parcels\"}");
        server = DiagnosticsServer.builder().feed(orders).feed(parcels).start();

        try (HttpTestClient.Stream stream = new HttpTestClient(server).connect()) {
            assertThat(stream.next()).contains("event: snapshot", "{\"queue\":\"orders\"}");
            assertThat(stream.next()).contains("event: snapshot", "{\"queue\":\"parcels\"}");
            parcels.emit("parcels/1/1", "{}");
            orders.emit("orders/1/1", "{}");
            assertThat(stream.nextEvent()).contains("id: parcels/1/1");
            assertThat(stream.nextEvent()).contains("id: orders/1/1");
        }
        server.close();
        assertThat(orders.subscriptions() + parcels.subscriptions()).isZero();
    }

    @Test
    void whatIsSetTwiceIsRefusedInsteadOfReplaced() {
        ManualEventFeed feed = new ManualEventFeed();
        var builder = DiagnosticsServer.builder()
                .feed(feed)
                .ready("source", Optional::empty)
                .note("source", Optional::empty)
                .parked(new NoParkedTasks());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.feed(feed))
                .withMessage(
                        "The diagnostics stream would contain each event twice, because feed(…) was called twice with the "
                                + "same feed. Add each feed once.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.ready("source", Optional::empty))
                .withMessage("The diagnostics have a check named 'source' already. Give each check a name of its own.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.note("source", Optional::empty))
                .withMessage("The diagnostics have a note named 'source' already. Give each note a name of its own.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.parked(new NoParkedTasks()))
                .withMessage(
                        "The diagnostics serve the parked tasks of one sink, but parked(…) was called a second time. Start "
                                + "a server for each sink.");
    }

    @Test
    void tokenIsRequiredExceptOnHealthPaths() {
        server = DiagnosticsServer.builder()
                .host("0.0.0.0")
                .token("s3cret")
                .feed(new ManualEventFeed())
                .registry(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                .ready("source", () -> Optional.of("broker b-1 does not answer"))
                .start();
        HttpTestClient client = new HttpTestClient(server);

        for (String path : new String[] {"/metrics", "/diagnostics/taskqueue", "/nothing"}) {
            var refused = client.get(path);
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
            assertThat(refused.body())
                    .isEqualTo(
                            "{\"error\":\"This request requires the diagnostics token, but has none or a different one. "
                                    + "Send it as Authorization: Bearer <token>.\"}");
        }
        assertThat(client.get("/metrics", "Authorization", "Bearer s3cre").statusCode())
                .isEqualTo(401);
        assertThat(client.get("/metrics", "Authorization", "Bearer s3cret2").statusCode())
                .isEqualTo(401);
        assertThat(client.get("/metrics", "Authorization", "Basic s3cret").statusCode())
                .isEqualTo(401);
        assertThat(client.get("/metrics?token=s3cret").statusCode()).isEqualTo(401);
        assertThat(client.get("/metrics", "Authorization", "Bearer s3cret").statusCode())
                .isEqualTo(200);
        assertThat(client.get("/health/live").statusCode()).isEqualTo(200);
        assertThat(client.get("/health/ready").body()).isEqualTo("{\"status\":\"not ready\"}");
        assertThat(client.get("/health/ready", "Authorization", "bearer s3cret").body())
                .contains("broker b-1 does not answer");
    }

    @Test
    void pathsThatOnlyLookLikeHealthRequireTheToken() throws IOException {
        server = DiagnosticsServer.builder()
                .token("s3cret")
                .registry(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                .start();

        for (String path : new String[] {"/health/../metrics", "/health/%2e%2e/metrics", "/health/..;/metrics"}) {
            assertThat(new HttpTestClient(server)
                            .raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                    .as(path)
                    .startsWith("HTTP/1.1 4");
        }
    }

    @Test
    void withoutTokenAWebPageCannotReachItByAHostName() throws IOException {
        server = DiagnosticsServer.builder()
                .registry(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                .start();

        for (String host : new String[] {"localhost", "127.0.0.1:" + server.port(), "[::1]"}) {
            assertThat(statusNaming(host)).as(host).contains(" 200 ");
        }
        assertThat(statusNaming("evil.example:" + server.port()))
                .contains(" 421 ")
                .contains(
                        "This server has no token and accepts requests to its address or to localhost only, but the request "
                                + "names another host. Open it as http://127.0.0.1:" + server.port()
                                + ", or set a token.");
    }

    @Test
    void addressThatOtherMachinesReachRequiresAToken() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DiagnosticsServer.builder().host("0.0.0.0").start())
                .withMessage(
                        "The diagnostics must have a token on an address that other machines can reach, but none is set for "
                                + "0.0.0.0. Set a token, or listen on 127.0.0.1.");
    }

    @Test
    void tokenThatIsInvalidInAHeaderIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DiagnosticsServer.builder().token("").start())
                .withMessage(
                        "A diagnostics token must be valid in an HTTP header, but this one is empty. Use ASCII letters, digits "
                                + "and punctuation, without spaces.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DiagnosticsServer.builder().token("geheim ü").start())
                .withMessage(
                        "A diagnostics token must be valid in an HTTP header, but this one contains a character that is not "
                                + "allowed there. Use ASCII letters, digits and punctuation, without spaces.");
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DiagnosticsServer.builder().port(65_536).start())
                .withMessage(
                        "The port of the diagnostics must be 0 to 65535, but it is 65536. Set another port, or omit it for a "
                                + "free one.");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        DiagnosticsServer.builder().heartbeat(Duration.ZERO).start())
                .withMessage(
                        "The heartbeat of the diagnostics stream must be 1 ms to 25 s, but it is PT0S. Set another value, "
                                + "or omit it for the default.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DiagnosticsServer.builder()
                        .requestTimeout(Duration.ZERO)
                        .start())
                .withMessage(
                        "The request timeout of the diagnostics must be 100 ms to 10 min, but it is 0s. Set another value, or "
                                + "omit it for the default.");
        assertThatIllegalArgumentException().isThrownBy(() -> DiagnosticsServer.builder()
                .requestTimeout(Duration.ofHours(1))
                .start());
        assertThatIllegalArgumentException().isThrownBy(() -> DiagnosticsServer.builder()
                .heartbeat(Duration.ofMinutes(1))
                .start());
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> DiagnosticsServer.builder().maxStreamClients(0).start())
                .withMessage(
                        "The setting maxStreamClients of the diagnostics must be at least 1, but it is 0. Set another "
                                + "value, or omit it for the default.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DiagnosticsServer.builder().bufferedEvents(0).start());
    }

    @Test
    void busyPortIsReportedWithTheRemedy() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = other.getLocalPort();

            assertThatIllegalStateException()
                    .isThrownBy(() -> DiagnosticsServer.builder().port(port).start())
                    .withMessage("Port " + port + " of 127.0.0.1 is in use by another process. Stop the process that "
                            + "listens there, or set another port of an address of this machine; port 0 selects a free "
                            + "one.");
        }
    }

    @Test
    void portIsReleasedByClose() {
        server = DiagnosticsServer.builder().start();
        int port = server.port();
        server.close();

        server = DiagnosticsServer.builder().port(port).start();

        assertThat(server.port()).isEqualTo(port);
    }

    @Test
    void allThreadsAreDaemons() {
        Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
        server = DiagnosticsServer.builder().feed(new ManualEventFeed()).start();
        new HttpTestClient(server).get("/health/live");

        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> !before.contains(thread) && !thread.isDaemon())
                .isEmpty();
    }

    private String send(String method, String path) throws IOException {
        return new HttpTestClient(server)
                .raw(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }

    private String statusNaming(String host) throws IOException {
        return new HttpTestClient(server)
                .raw("GET /metrics HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    }
}
