package io.taskqueue.cli.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * An HTTP target for sinks that stores nothing: answers a POST with 204 after a delay, or with 503 for a share of them, and a GET with
 * its counts, {@code {"calls":…, "refused":…, "repeated":…}}. Thread-safe.
 *
 * <p>Repeated are the calls that succeeded with an idempotency key that had succeeded before, of the last {@link #KEYS} keys.
 */
final class ExampleTarget implements AutoCloseable {

    /** How many keys are remembered; about 20 MB. */
    static final int KEYS = 100_000;

    private static final String KEY = "Idempotency-Key";
    private static final int THREADS = 8;
    private static final int BACKLOG = 1_024;
    private static final int MAX_BODY_BYTES = 16 * 1024 * 1024;

    /**
     * How the target answers.
     *
     * @param latency the delay of each answer
     * @param failRate the share of calls that fail with 503, from 0 to 1
     */
    record Behavior(Duration latency, double failRate) {}

    private final HttpServer server;
    private final ScheduledExecutorService threads;
    private final Behavior behavior;
    private final RandomGenerator random;
    private final Map<String, Boolean> keys = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > KEYS;
        }
    };
    private long calls;
    private long refused;
    private long repeated;

    private ExampleTarget(
            HttpServer server, ScheduledExecutorService threads, Behavior behavior, RandomGenerator random) {
        this.server = server;
        this.threads = threads;
        this.behavior = behavior;
        this.random = random;
    }

    /** @throws IOException if it cannot listen on the address */
    static ExampleTarget start(InetSocketAddress address, Behavior behavior, RandomGenerator random)
            throws IOException {
        HttpServer server = HttpServer.create(address, BACKLOG);
        ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS, work -> {
            Thread thread = new Thread(work, "example-target");
            thread.setDaemon(true);
            return thread;
        });
        ExampleTarget target = new ExampleTarget(server, threads, behavior, random);
        server.setExecutor(threads);
        server.createContext("/", target::handle);
        server.start();
        return target;
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestMethod().equals("POST")) {
            answer(exchange, 200, counts());
            return;
        }
        try (InputStream body = exchange.getRequestBody()) {
            body.readNBytes(MAX_BODY_BYTES);
        }
        String key = exchange.getRequestHeaders().getFirst(KEY);
        int status = key == null ? 400 : count(key);
        var unused = threads.schedule(
                () -> {
                    answer(exchange, status, "");
                    return null;
                },
                behavior.latency.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    private synchronized int count(String key) {
        calls++;
        if (random.nextDouble() < behavior.failRate) {
            refused++;
            return 503;
        }
        if (keys.put(key, true) != null) {
            repeated++;
        }
        return 204;
    }

    private synchronized String counts() {
        return "{\"calls\":" + calls + ",\"refused\":" + refused + ",\"repeated\":" + repeated + "}\n";
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (exchange;
                OutputStream out = exchange.getResponseBody()) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            out.write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
