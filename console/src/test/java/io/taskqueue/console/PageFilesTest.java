package io.taskqueue.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every file of the page is served with its type, and nothing else of the class path is. */
@Timeout(60)
class PageFilesTest {

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html;charset=utf-8",
            "js", "text/javascript;charset=utf-8",
            "css", "text/css;charset=utf-8",
            "svg", "image/svg+xml");

    private final FakeCluster cluster = FakeClusters.small(Instant.parse("2026-11-01T10:00:00Z"));

    @AutoClose
    private final ConsoleServer server = ConsoleServer.builder(cluster, cluster).start();

    private final ConsoleClient client = new ConsoleClient(server.port());

    @Test
    void everyFileOfThePageIsServedWithItsType() throws Exception {
        Path root = Path.of(Objects.requireNonNull(ConsoleServer.class.getResource("page/index.html"))
                        .toURI())
                .getParent();
        int served = 0;
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = root.relativize(file).toString().replace('\\', '/');
                var response = client.bytes("/page/" + URI.create(name));
                assertThat(response.statusCode()).as(name).isEqualTo(200);
                assertThat(response.body()).as(name).isEqualTo(Files.readAllBytes(file));
                assertThat(response.headers().firstValue("Content-Type").map(PageFilesTest::compact))
                        .as(name)
                        .hasValue(TYPES.get(name.substring(name.lastIndexOf('.') + 1)));
                served++;
            }
        }
        assertThat(served).isGreaterThan(3);
        assertThat(client.get("/").body())
                .isEqualTo(client.get("/page/index.html").body());
    }

    private static String compact(String type) {
        return type.replace(" ", "");
    }

    @Test
    void chartsComeFromTheWebjar() {
        assertThat(client.get("/page/uplot/uPlot.esm.js").body()).contains("export");
        assertThat(client.get("/page/uplot/uPlot.min.css")
                        .headers()
                        .firstValue("Content-Type")
                        .map(PageFilesTest::compact))
                .hasValue("text/css;charset=utf-8");
    }

    @Test
    void fileThatTheBrowserHasIsNotSentAgain() {
        var first = client.get("/");
        String tag = first.headers().firstValue("ETag").orElseThrow();

        var again = client.get("/", "If-None-Match", tag);

        assertThat(first.headers().firstValue("Cache-Control")).hasValue("no-cache");
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(client.get("/", "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
    }

    @Test
    void nothingElseOfTheClassPathIsServed() throws IOException {
        for (String path : List.of(
                "/page/../api/openapi.yaml",
                "/page/%2e%2e/api/openapi.yaml",
                "/page/..%2fapi/openapi.yaml",
                "/page/uplot/../../../../../META-INF/MANIFEST.MF",
                "/page/uplot/..%2f..%2f..%2f..%2f..%2fio/taskqueue/console/Console.class",
                "/page//etc/passwd",
                "/page/%00index.html",
                "/page/index.html%00.js",
                "/page/",
                "/page/parts",
                "/page/nothing.js",
                "/page/Console.class",
                "/logback.xml",
                "/META-INF/MANIFEST.MF")) {
            assertThat(client.raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                    .as(path)
                    .startsWith("HTTP/1.1 40");
        }
    }
}
