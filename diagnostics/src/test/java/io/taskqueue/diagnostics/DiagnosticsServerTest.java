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
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DiagnosticsServerTest {

    private DiagnosticsServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void liveWhileItServes() {
        server = DiagnosticsServer.builder()
                .ready("never", () -> Optional.of("no"))
                .start();

        var answer = new Browser(server).get("/health/live");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"status\":\"live\"}");
    }

    @Test
    void readyWhenEveryCheckIs() {
        AtomicReference<Optional<String>> source = new AtomicReference<>(Optional.of("the broker does not answer"));
        server = DiagnosticsServer.builder()
                .ready("queue", Optional::empty)
                .ready("source", source::get)
                .start();
        Browser browser = new Browser(server);

        var before = browser.get("/health/ready");
        source.set(Optional.empty());
        var after = browser.get("/health/ready");

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

        var answer = new Browser(server).get("/health/ready");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("broken \\\"pipe\\\"");
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

        var answer = new Browser(server).get("/metrics");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("text/plain")
                .contains("version=0.0.4");
        assertThat(answer.body()).contains("taskqueue_replication_events_total{kind=\"Enqueued\",queue=\"übung\"} 3.0");
    }

    @Test
    void registryWithoutPrometheusTextIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DiagnosticsServer.builder()
                        .registry(new SimpleMeterRegistry())
                        .start())
                .withMessage("/metrics is Prometheus text, but the registry is a SimpleMeterRegistry without a "
                        + "PrometheusMeterRegistry in it. Pass a PrometheusMeterRegistry, or a CompositeMeterRegistry that "
                        + "one was added to.");
    }

    @Test
    void whatIsNotThereIsSaidInJson() {
        server = DiagnosticsServer.builder().start();
        Browser browser = new Browser(server);

        assertThat(browser.get("/nothing").statusCode()).isEqualTo(404);
        assertThat(browser.get("/nothing").body()).isEqualTo("{\"error\":\"There is nothing at /nothing.\"}");
        assertThat(browser.get("/metrics").body())
                .isEqualTo("{\"error\":\"This process was started without meters.\"}");
        assertThat(browser.get("/diagnostics/taskqueue").body())
                .isEqualTo("{\"error\":\"This process was started without a feed of events.\"}");
    }

    @Test
    void answersKeepBrowsersOutAndSayNothingOfTheServer() {
        server = DiagnosticsServer.builder().start();

        var headers = new Browser(server)
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
    void malformedRequestLearnsNothingOfTheServer() throws IOException {
        server = DiagnosticsServer.builder().start();

        assertThat(new Browser(server).raw("NONSENSE\r\n\r\n"))
                .contains(" 400 ")
                .doesNotContainIgnoringCase("jetty");
    }

    @Test
    void onlyReadingIsServed() throws IOException {
        server = DiagnosticsServer.builder().start();

        assertThat(
                        new Browser(server)
                                .raw(
                                        "POST /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
                .contains(" 405 ")
                .contains("This can only be read: use GET.");
    }

    @Test
    void tokenIsAskedForEverywhereButOnHealth() {
        server = DiagnosticsServer.builder()
                .host("0.0.0.0")
                .token("s3cret")
                .feed(new HandFedFeed())
                .registry(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                .ready("source", () -> Optional.of("broker b-1 does not answer"))
                .start();
        Browser browser = new Browser(server);

        for (String path : new String[] {"/metrics", "/diagnostics/taskqueue", "/nothing"}) {
            var refused = browser.get(path);
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
            assertThat(refused.body())
                    .isEqualTo(
                            "{\"error\":\"This needs the diagnostics token, and the request has none or another one. "
                                    + "Send it as Authorization: Bearer <token>.\"}");
        }
        assertThat(browser.get("/metrics", "Authorization", "Bearer s3cre").statusCode())
                .isEqualTo(401);
        assertThat(browser.get("/metrics", "Authorization", "Bearer s3cret2").statusCode())
                .isEqualTo(401);
        assertThat(browser.get("/metrics", "Authorization", "Basic s3cret").statusCode())
                .isEqualTo(401);
        assertThat(browser.get("/metrics?token=s3cret").statusCode()).isEqualTo(401);
        assertThat(browser.get("/metrics", "Authorization", "Bearer s3cret").statusCode())
                .isEqualTo(200);
        assertThat(browser.get("/health/live").statusCode()).isEqualTo(200);
        assertThat(browser.get("/health/ready").body()).isEqualTo("{\"status\":\"not ready\"}");
        assertThat(browser.get("/health/ready", "Authorization", "bearer s3cret")
                        .body())
                .contains("broker b-1 does not answer");
    }

    @Test
    void pathsThatOnlyLookLikeHealthNeedTheToken() throws IOException {
        server = DiagnosticsServer.builder()
                .token("s3cret")
                .registry(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                .start();

        for (String path : new String[] {"/health/../metrics", "/health/%2e%2e/metrics", "/health/..;/metrics"}) {
            assertThat(new Browser(server)
                            .raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                    .as(path)
                    .startsWith("HTTP/1.1 4");
        }
    }

    @Test
    void withoutTokenAWebPageCannotReachItByAName() throws IOException {
        server = DiagnosticsServer.builder()
                .registry(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                .start();

        for (String host : new String[] {"localhost", "127.0.0.1:" + server.port(), "[::1]"}) {
            assertThat(statusNaming(host)).as(host).contains(" 200 ");
        }
        assertThat(statusNaming("evil.example:" + server.port()))
                .contains(" 421 ")
                .contains(
                        "This server has no token and answers to its address or to localhost only, but the request names "
                                + "another host. Open it as http://127.0.0.1:" + server.port() + ", or set a token.");
    }

    @Test
    void addressThatOthersReachNeedsAToken() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DiagnosticsServer.builder().host("0.0.0.0").start())
                .withMessage(
                        "Diagnostics on an address that other machines can reach need a token, but 0.0.0.0 was given "
                                + "none. Set a token, or listen on 127.0.0.1.");
    }

    @Test
    void tokenThatAHeaderCannotCarryIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DiagnosticsServer.builder().token("").start())
                .withMessage(
                        "A diagnostics token is sent in an HTTP header, but this one is empty. Use letters, digits and "
                                + "punctuation of ASCII, without spaces.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DiagnosticsServer.builder().token("geheim ü").start())
                .withMessage(
                        "A diagnostics token is sent in an HTTP header, but this one holds a character that a header "
                                + "cannot carry. Use letters, digits and punctuation of ASCII, without spaces.");
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DiagnosticsServer.builder().port(65_536).start())
                .withMessage(
                        "A port is 0 to 65535, but the diagnostics port is 65536. Set another one, or leave the default.");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        DiagnosticsServer.builder().heartbeat(Duration.ZERO).start());
        assertThatIllegalArgumentException().isThrownBy(() -> DiagnosticsServer.builder()
                .heartbeat(Duration.ofMinutes(1))
                .start());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DiagnosticsServer.builder().maxWatchers(0).start());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DiagnosticsServer.builder().bufferedEvents(0).start());
    }

    @Test
    void busyPortIsNamedWithWhatToDo() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = other.getLocalPort();

            assertThatIllegalStateException()
                    .isThrownBy(() -> DiagnosticsServer.builder().port(port).start())
                    .withMessage(
                            "Port " + port + " of 127.0.0.1 is in use by another process. Stop what listens there, or "
                                    + "choose another port of an address of this machine; port 0 takes any free one.");
        }
    }

    @Test
    void portIsFreeAgainAfterClose() {
        server = DiagnosticsServer.builder().start();
        int port = server.port();
        server.close();

        server = DiagnosticsServer.builder().port(port).start();

        assertThat(server.port()).isEqualTo(port);
    }

    @Test
    void itsThreadsKeepNoProcessAlive() {
        Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
        server = DiagnosticsServer.builder().feed(new HandFedFeed()).start();
        new Browser(server).get("/health/live");

        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> !before.contains(thread) && !thread.isDaemon())
                .isEmpty();
    }

    private String statusNaming(String host) throws IOException {
        return new Browser(server).raw("GET /metrics HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    }
}
