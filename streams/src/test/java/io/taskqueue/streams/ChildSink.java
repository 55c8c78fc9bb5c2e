package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.sink.Effects;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

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
        return ChildProcess.of(
                        ChildSink.class,
                        cluster,
                        sink,
                        cluster.state("child"),
                        cluster.ledger.url(),
                        String.valueOf(stuck))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /**
     * Starts one and kills it, twice, each time after calls with 700 more keys and before it has finished.
     *
     * @param keys the number of keys that the ledger knows when the sink has finished
     * @return the keys whose result was committed when the sink was killed, with the number of their calls until then
     */
    static Map<String, Integer> killTwice(SinkTestCluster cluster, String sink, int keys) throws Exception {
        Map<String, Integer> committed = new HashMap<>();
        for (int kill = 0; kill < 2; kill++) {
            int goal = cluster.ledger.keys() + 700;
            cluster.ledger.blockAfter(
                    goal + 500); // it is killed before it has finished, however late this thread looks
            Process child = start(cluster, sink);
            try {
                Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> cluster.ledger.keys() >= goal);
            } finally {
                ChildProcess.kill(child);
                cluster.ledger.release();
            }
            cluster.endSessions(sink);
            assertThat(cluster.ledger.keys()).isLessThan(keys);
            for (String key : cluster.committedResults(sink)) {
                committed.putIfAbsent(key, cluster.ledger.times(key));
            }
        }
        return committed;
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
        try (SinkService service = ChildProcess.sink(args, (event, effects) -> {
                    effects.run("call", call);
                    if (Boolean.parseBoolean(args[5])) {
                        effects.run("second", key -> {
                            call.run(key);
                            new CountDownLatch(1).await();
                        });
                    }
                })
                .start()) {
            service.awaitTermination();
        }
    }
}
