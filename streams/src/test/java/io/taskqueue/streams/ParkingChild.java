package io.taskqueue.streams;

import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.RetryPolicy;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A sink in a child process, to be killed: two effects per event, of 40 ms each, which fail where the ledger refuses. */
final class ParkingChild {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private ParkingChild() {}

    /** @param args name, bootstrap servers, topic, state directory, the ledger's URL */
    public static void main(String[] args) throws Exception {
        try (SinkService service = ChildProcess.sink(args, (event, effects) -> {
                    effects.run("before", key -> call(args[4], key));
                    effects.run("call", key -> call(args[4], key));
                })
                .concurrency(2)
                .breaker(BreakerPolicy.OFF)
                .retry(new RetryPolicy(2, Duration.ofMillis(5), Duration.ofMillis(5), 0))
                .start()) {
            service.awaitTermination();
        }
    }

    private static void call(String url, EffectKey key) throws IOException, InterruptedException {
        String query = URLEncoder.encode(key.toString(), StandardCharsets.UTF_8);
        HttpRequest call = HttpRequest.newBuilder(URI.create(url + "?" + query)).build();
        int status = HTTP.send(call, HttpResponse.BodyHandlers.discarding()).statusCode();
        if (status != 204) {
            throw new IOException("the target answered " + status);
        }
        TimeUnit.MILLISECONDS.sleep(40);
    }

    /** Starts one on the cluster's topic; all of them use the same state directory. */
    static Process start(SinkTestCluster cluster, String sink) throws IOException {
        return ChildProcess.of(ParkingChild.class, cluster, sink, cluster.state("child"), cluster.ledger.url())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
