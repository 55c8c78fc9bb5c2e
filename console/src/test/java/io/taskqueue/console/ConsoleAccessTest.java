package io.taskqueue.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.taskqueue.console.api.ConsoleSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nobody reads or changes anything who should not: token, Host, Origin, form, frame; and what a response allows a browser. */
@Timeout(60)
class ConsoleAccessTest {

    private static final String REDRIVE = "{\"sink\":\"billing\",\"action\":\"redrive\",\"dryRun\":false}";

    private final FakeCluster cluster = FakeClusters.small(Instant.parse("2026-11-01T10:00:00Z"));

    @AutoClose
    private ConsoleServer server;

    private ConsoleClient serve(@Nullable String token) {
        ConsoleServer.Builder builder = builder();
        if (token != null) {
            builder.token(token);
        }
        server = builder.start();
        return new ConsoleClient(server.port());
    }

    private ConsoleServer.Builder builder() {
        return ConsoleServer.builder(cluster, cluster)
                .view(new ConsoleSettings(true, true, "1.0", "taskqueue.events", "localhost:9092", 100));
    }

    /** All paths that show something of the cluster. */
    private static Set<String> paths() {
        Set<String> paths = new TreeSet<>(List.of("/nothing", "/metrics"));
        new OpenApiDocument()
                .operations()
                .forEach(operation -> paths.add(operation.substring(operation.indexOf(' ') + 1)));
        return paths;
    }

    @Test
    void withATokenEveryPathOfTheApiRequiresIt() {
        ConsoleClient client = serve("s3cret");

        for (String path : paths()) {
            for (String[] headers : new String[][] {
                {},
                {"Authorization", "Bearer s3cre"},
                {"Authorization", "Bearer s3cret2"},
                {"Authorization", "Basic s3cret"},
                {"Cookie", "token=s3cret"}
            }) {
                var refused = client.get(path, headers);
                assertThat(ConsoleClient.error(refused))
                        .as(path)
                        .isEqualTo(
                                "401 This request requires the console token, but has none or a different one. Send it as "
                                        + "Authorization: Bearer <token>.");
                assertThat(refused.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
            }
        }
        assertThat(client.post("/api/v1/parked", REDRIVE).statusCode()).isEqualTo(401);
        assertThat(cluster.decisions).isEmpty();
        assertThat(client.get("/api/v1/view?token=s3cret").statusCode()).isEqualTo(401);
        assertThat(client.get("/api/v1/view", "Authorization", "Bearer s3cret").statusCode())
                .isEqualTo(200);
    }

    @Test
    void pageThatAsksForTheTokenNeedsNone() {
        ConsoleClient client = serve("s3cret");

        assertThat(client.get("/").statusCode()).isEqualTo(200);
        assertThat(client.get("/page/uplot/uPlot.min.css").statusCode()).isEqualTo(200);
    }

    @Test
    void withoutATokenAWebPageCannotReachItByAHostName() throws IOException {
        ConsoleClient client = serve(null);
        Set<String> all = new TreeSet<>(paths());
        all.addAll(List.of("/", "/page/uplot/uPlot.min.css"));

        for (String path : all) {
            assertThat(client.raw("GET " + path + " HTTP/1.1\r\nHost: evil.example:" + server.port() + "\r\n\r\n"))
                    .as(path)
                    .startsWith("HTTP/1.1 421 ");
        }
        assertThat(client.raw("GET /api/v1/view HTTP/1.1\r\nHost: localhost:" + server.port() + "\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void pageOfAnotherOriginIsRefusedOnEveryPath() {
        for (String token : new String[] {null, "s3cret"}) {
            ConsoleClient client = serve(token);
            Set<String> all = new TreeSet<>(paths());
            all.addAll(List.of("/", "/page/uplot/uPlot.min.css"));
            for (String path : all) {
                assertThat(client.get(path, "Origin", "http://evil.example", "Authorization", "Bearer s3cret")
                                .statusCode())
                        .as(path)
                        .isEqualTo(403);
                assertThat(client.get(path, "Sec-Fetch-Site", "cross-site", "Authorization", "Bearer s3cret")
                                .statusCode())
                        .as(path)
                        .isEqualTo(403);
            }
            for (String origin : List.of("http://evil.example", "null", "http://127.0.0.1:1")) {
                assertThat(client.post("/api/v1/parked", REDRIVE, "Origin", origin, "Authorization", "Bearer s3cret")
                                .statusCode())
                        .isEqualTo(403);
            }
            server.close();
        }
        assertThat(cluster.decisions).isEmpty();
    }

    @Test
    void formOfAnotherPageIsNotADecision() throws IOException {
        ConsoleClient client = serve(null);

        for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "multipart/form-data")) {
            assertThat(client.raw("POST /api/v1/parked HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type
                            + "\r\nContent-Length: " + REDRIVE.length() + "\r\n\r\n" + REDRIVE))
                    .startsWith("HTTP/1.1 415 ");
        }
        assertThat(client.raw(String.join(
                        "\r\n",
                        "OPTIONS /api/v1/parked HTTP/1.1",
                        "Host: localhost",
                        "Origin: http://evil.example",
                        "Access-Control-Request-Method: POST",
                        "",
                        "")))
                .startsWith("HTTP/1.1 403 ")
                .doesNotContain("Access-Control");
        assertThat(cluster.decisions).isEmpty();
    }

    @Test
    void ownPageMayDecide() {
        ConsoleClient client = serve(null);

        assertThat(client.post(
                                "/api/v1/parked",
                                REDRIVE,
                                "Origin",
                                "http://127.0.0.1:" + server.port(),
                                "Sec-Fetch-Site",
                                "same-origin")
                        .statusCode())
                .isEqualTo(200);
        assertThat(cluster.decisions).hasSize(1);
    }

    @Test
    void responsesTellABrowserToRunNothingButTheFilesOfThePage() {
        ConsoleClient client = serve(null);

        for (String path : List.of("/", "/page/uplot/uPlot.min.css", "/api/v1/view", "/nothing", "/health/live")) {
            var headers = client.get(path).headers();
            assertThat(headers.firstValue("Content-Security-Policy"))
                    .hasValue(
                            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                                    + "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
            assertThat(headers.firstValue("X-Content-Type-Options")).hasValue("nosniff");
            assertThat(headers.firstValue("Referrer-Policy")).hasValue("no-referrer");
            assertThat(headers.map().keySet())
                    .noneMatch(name -> name.toLowerCase(java.util.Locale.ROOT).startsWith("access-control"))
                    .doesNotContain("server", "x-powered-by", "content-encoding");
        }
        assertThat(client.get("/api/v1/view").headers().firstValue("Cache-Control"))
                .hasValue("no-store");
    }

    @Test
    void addressThatOtherMachinesReachRequiresAToken() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().host("0.0.0.0").start())
                .withMessage(
                        "The console must have a token on an address that other machines can reach, but none is set for 0.0.0.0. "
                                + "Set a token, or listen on 127.0.0.1.");
        assertThat(cluster.followers()).isZero();
    }

    @Test
    void busyPortIsReportedAndNothingKeepsRunning() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = other.getLocalPort();

            assertThatIllegalStateException()
                    .isThrownBy(() -> builder().port(port).start())
                    .withMessage(
                            "Port " + port + " of 127.0.0.1 is in use by another process. Stop the process that "
                                    + "listens there, or set another port of an address of this machine; port 0 selects a free one.");
        }
        assertThat(cluster.followers()).isZero();
    }

    @Test
    void tooLargeRequestsAreRefused() throws IOException {
        ConsoleClient client = serve(null);

        assertThat(client.raw("GET /api/v1/view HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(10_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ");
        assertThat(client.post("/api/v1/parked", "{\"by\":\"" + "x".repeat(100_000) + "\"}")
                        .statusCode())
                .isEqualTo(413);
    }

    @Test
    void otherMethodsAreRefused() throws IOException {
        ConsoleClient client = serve(null);

        for (String method : List.of("PUT", "DELETE", "PATCH", "POST")) {
            assertThat(client.raw(method + " /api/v1/queues HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"))
                    .startsWith("HTTP/1.1 405 ")
                    .contains("\r\nAllow: GET, HEAD\r\n");
        }
        assertThat(client.raw("PUT /api/v1/parked HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"))
                .contains("\r\nAllow: GET, HEAD, POST\r\n");
    }
}
