package io.taskqueue.torture.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.Position;
import io.taskqueue.queue.Ticker;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.torture.history.AmbiguityPolicy;
import io.taskqueue.torture.history.RunDirectory;
import io.taskqueue.torture.history.TargetEntry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetKeepsALedgerTest {

    private static final EffectKey KEY = new EffectKey("torture", 0, "orders", new Position(3, 4), "rerun");
    private static final TargetCall CALL = new TargetCall(KEY, AmbiguityPolicy.RERUN);

    @TempDir
    private Path directory;

    private RunDirectory history;
    private TortureTarget target;

    @BeforeEach
    void start() throws IOException {
        history = new RunDirectory(directory);
        target = TortureTarget.start(history, Clock.systemUTC(), Ticker.system(), new SplittableRandom(1));
    }

    @AfterEach
    void stop() {
        target.close();
    }

    @Test
    void eachCallOfOneKeyIsAnApplicationWithAResultOfItsOwn() throws Exception {
        assertThat(post("/apply").body()).isEqualTo("result-1");
        assertThat(post("/apply").body()).isEqualTo("result-2");

        assertThat(ledger().stream().filter(TargetEntry.EffectApplied.class::isInstance))
                .allSatisfy(entry ->
                        assertThat(((TargetEntry.EffectApplied) entry).key()).isEqualTo(KEY))
                .hasSize(2);
    }

    @Test
    void itActsForACallerThatIsGone() throws Exception {
        byte[] body = CALL.json();
        try (Socket caller = new Socket(InetAddress.getLoopbackAddress(), target.port())) {
            OutputStream out = caller.getOutputStream();
            out.write(("POST /apply HTTP/1.1\r\nHost: target\r\nContent-Length: " + body.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(body);
            out.flush();
        }

        await().untilAsserted(() -> assertThat(target.calls()).isEqualTo(1));
        assertThat(post("/probe").statusCode()).isEqualTo(200);
    }

    @Test
    void aProbeStatesWhetherItHasActed() throws Exception {
        assertThat(post("/probe").statusCode()).isEqualTo(404);

        assertThat(post("/apply").statusCode()).isEqualTo(200);

        assertThat(post("/probe").statusCode()).isEqualTo(200);
    }

    @Test
    void whileItRefusesItDoesNotAct() throws Exception {
        target.refuse(true);
        assertThat(post("/apply").statusCode()).isEqualTo(503);
        assertThat(target.calls()).isZero();
        target.refuse(false);

        assertThat(post("/probe").statusCode()).isEqualTo(404);
        assertThat(post("/apply").statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> post(String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + target.port() + path))
                                .POST(HttpRequest.BodyPublishers.ofByteArray(CALL.json()))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private List<TargetEntry> ledger() {
        List<TargetEntry> entries = new ArrayList<>();
        history.queue("orders").targets((process, entry) -> entries.add(entry));
        return entries;
    }
}
