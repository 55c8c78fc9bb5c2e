package io.taskqueue.streams;

import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.Effects;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A sink in a child process, to be killed. Its effects call a ledger and take 5 ms more; on demand each is followed by a
 * second one, which never ends.
 */
final class ChildSink {

    private ChildSink() {}

    /** Starts one with the state directory {@code child}. */
    static Process start(SinkTestCluster cluster, String sink) throws IOException {
        return start(cluster, sink, false);
    }

    /** @param stuck whether a second effect follows, which never ends */
    static Process start(SinkTestCluster cluster, String sink, boolean stuck) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return new ProcessBuilder(
                        java.toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChildSink.class.getName(),
                        sink,
                        SinkTestCluster.bootstrap(),
                        cluster.topic,
                        cluster.state("child").toString(),
                        cluster.ledger.url(),
                        String.valueOf(stuck))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** @param args name, bootstrap servers, topic, state directory, the ledger's URL, whether a second effect is stuck */
    public static void main(String[] args) throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        Effects.EffectRunnable call = key -> {
            String query = URLEncoder.encode(key.toString(), StandardCharsets.UTF_8);
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(args[4] + "?" + query)).build();
            http.send(request, HttpResponse.BodyHandlers.discarding());
            TimeUnit.MILLISECONDS.sleep(5);
        };
        try (SinkService service = SinkService.builder(
                        args[0],
                        (event, effects) -> {
                            effects.run("call", call);
                            if (Boolean.parseBoolean(args[5])) {
                                effects.run("second", key -> {
                                    call.run(key);
                                    new CountDownLatch(1).await();
                                });
                            }
                        },
                        PayloadCodec.utf8())
                .kafka(Map.of("bootstrap.servers", args[1]))
                .topic(args[2])
                .stateDirectory(Path.of(args[3]))
                .start()) {
            service.awaitTermination();
        }
    }
}
