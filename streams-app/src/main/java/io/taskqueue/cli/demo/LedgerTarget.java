package io.taskqueue.cli.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;

/** The HTTP target of the demo: a server on the loopback address that counts the calls by idempotency key. Thread-safe. */
public final class LedgerTarget implements AutoCloseable {

    private static final String KEY = "Idempotency-Key";
    private static final int THREADS = 32;

    private final HttpServer server;
    private final ExecutorService threads;
    private final Map<String, Integer> ledger = new ConcurrentHashMap<>();
    private final LongAdder calls = new LongAdder();

    private LedgerTarget(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /** Listens on a free port. */
    public static LedgerTarget start() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
            ExecutorService threads = Executors.newFixedThreadPool(THREADS, work -> {
                Thread thread = new Thread(work, "ledger-target");
                thread.setDaemon(true);
                return thread;
            });
            LedgerTarget target = new LedgerTarget(server, threads);
            server.setExecutor(threads);
            server.createContext("/", target::record);
            server.start();
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The target of the demo cannot listen on the loopback address: " + e.getMessage(), e);
        }
    }

    private void record(HttpExchange exchange) throws IOException {
        try (exchange;
                InputStream body = exchange.getRequestBody()) {
            body.transferTo(OutputStream.nullOutputStream());
            String key = exchange.getRequestHeaders().getFirst(KEY);
            if (key == null) {
                exchange.sendResponseHeaders(400, -1);
                return;
            }
            calls.increment();
            ledger.merge(key, 1, Integer::sum);
            exchange.sendResponseHeaders(204, -1);
        }
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/events");
    }

    /** The number of calls. */
    public long calls() {
        return calls.sum();
    }

    /** The number of different idempotency keys. */
    public long keys() {
        return ledger.size();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
