package io.taskqueue.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A page of another origin neither reads nor changes anything, whether a token is set or not, and even if it knew the token. */
@Timeout(60)
class PagesOfOtherOriginsAreRefusedTest {

    private static final String DECISION = "{\"action\":\"redrive\",\"task\":\"orders/7/42\"}";
    private static final List<String> PATHS = List.of("/metrics", "/api/parked", "/diagnostics/taskqueue", "/nothing");

    private final List<ParkedTaskOperations.Decision> decisions = new ArrayList<>();

    @AutoClose
    private DiagnosticsServer server;

    @Test
    void requestWithTheOriginOfAnotherPageIsRefused() throws IOException {
        for (String token : new String[] {null, "s3cret"}) {
            start(token);
            for (String origin : List.of(
                    "http://evil.example",
                    "http://127.0.0.1:" + (server.port() + 1),
                    "null",
                    "http://localhost:" + server.port(),
                    "not an origin")) {
                for (String path : PATHS) {
                    assertThat(send("GET", path, token, "Origin: " + origin))
                            .as(path + " from " + origin)
                            .startsWith("HTTP/1.1 403 ")
                            .endsWith(
                                    "{\"error\":\"This server accepts requests of its own pages only, but a page of another "
                                            + "origin sent this one. Open the server itself; where a proxy is in between, "
                                            + "let it keep the Host header.\"}");
                }
                assertThat(send("POST", "/api/parked", token, "Origin: " + origin))
                        .startsWith("HTTP/1.1 403 ");
            }
            server.close();
        }
        assertThat(decisions).isEmpty();
    }

    @Test
    void requestThatTheBrowserMarksAsSentByAnotherSiteIsRefused() throws IOException {
        start(null);

        for (String site : List.of("cross-site", "same-site")) {
            for (String path : PATHS) {
                assertThat(send("GET", path, null, "Sec-Fetch-Site: " + site, "Sec-Fetch-Mode: no-cors"))
                        .startsWith("HTTP/1.1 403 ");
            }
            assertThat(send("POST", "/api/parked", null, "Sec-Fetch-Site: " + site))
                    .startsWith("HTTP/1.1 403 ");
        }
        assertThat(decisions).isEmpty();
    }

    @Test
    void ownPageALinkAndAnythingThatIsNoBrowserAreGranted() throws IOException {
        start(null);

        assertThat(send("GET", "/metrics", null)).startsWith("HTTP/1.1 200 ");
        assertThat(send("GET", "/metrics", null, "Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(send("GET", "/metrics", null, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(send(
                        "POST",
                        "/api/parked",
                        null,
                        "Origin: http://127.0.0.1:" + server.port(),
                        "Sec-Fetch-Site: same-origin"))
                .startsWith("HTTP/1.1 202 ");
        assertThat(decisions).hasSize(1);
    }

    @Test
    void statusWithoutReasonsIsAllThatHealthShowsToAPageOfAnotherOrigin() throws IOException {
        start(null);

        assertThat(send("GET", "/health/ready", null, "Origin: http://evil.example"))
                .endsWith("{\"status\":\"not ready\"}");
        assertThat(send("GET", "/health/ready", null)).contains("broker b-1 does not answer");
    }

    private void start(@Nullable String token) {
        var builder = DiagnosticsServer.builder()
                .feed(new ManualEventFeed())
                .ready("source", () -> Optional.of("broker b-1 does not answer"))
                .registry(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                .parked(new ParkedTaskOperations() {
                    @Override
                    public String list(@Nullable String queue, @Nullable String task, boolean payloads) {
                        return "[]";
                    }

                    @Override
                    public String decide(Decision decision) {
                        decisions.add(decision);
                        return "{}";
                    }
                });
        if (token != null) {
            builder.token(token);
        }
        server = builder.start();
    }

    private String send(String method, String path, @Nullable String token, String... headers) throws IOException {
        boolean post = method.equals("POST");
        return new HttpTestClient(server)
                .raw(method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + server.port() + "\r\n"
                        + (token == null ? "" : "Authorization: Bearer " + token + "\r\n")
                        + String.join("\r\n", headers) + (headers.length == 0 ? "" : "\r\n")
                        + (post
                                ? "Content-Type: application/json\r\nContent-Length: " + DECISION.length() + "\r\n\r\n"
                                        + DECISION
                                : "\r\n"));
    }
}
