package io.taskqueue.streams;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/** The external system that effects call: it remembers every call by its key, in this process, whatever happens to the callers. */
public final class Ledger implements AutoCloseable {

    private final Queue<String> calls = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> byKey = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(16);
    private final HttpServer server;
    private volatile Predicate<String> refused = key -> false;
    private volatile int maxKeys = Integer.MAX_VALUE;
    private volatile CountDownLatch callersKilled = new CountDownLatch(0);

    public Ledger() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            String key = URLDecoder.decode(exchange.getRequestURI().getRawQuery(), StandardCharsets.UTF_8);
            if (blocks(key)) {
                exchange.close();
                return;
            }
            boolean accepted = !refused.test(key);
            if (accepted) {
                called(key);
            }
            exchange.sendResponseHeaders(accepted ? 204 : 503, -1);
            exchange.close();
        });
        server.createContext("/asked", exchange -> {
            String key = URLDecoder.decode(exchange.getRequestURI().getRawQuery(), StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(times(key) > 0 ? 204 : 404, -1);
            exchange.close();
        });
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    /** From now on, HTTP calls with these keys fail, and are not remembered. */
    public void refuse(Predicate<String> keys) {
        refused = keys;
    }

    /** From now on, HTTP calls with a new key block when this number of keys is known, and are not remembered. */
    public void blockAfter(int keys) {
        callersKilled = new CountDownLatch(1);
        maxKeys = keys;
    }

    /** Releases blocked calls, whose callers have been killed. */
    public void release() {
        maxKeys = Integer.MAX_VALUE;
        callersKilled.countDown();
    }

    private boolean blocks(String key) {
        if (keys() < maxKeys || byKey.containsKey(key)) {
            return false;
        }
        try {
            callersKilled.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    public void called(String key) {
        calls.add(key);
        byKey.merge(key, 1, Integer::sum);
    }

    /** Every call, in order. */
    public List<String> calls() {
        return List.copyOf(calls);
    }

    public int keys() {
        return byKey.size();
    }

    /** The keys that were called more than once, with the number of calls. */
    public Map<String, Integer> repeated() {
        Map<String, Integer> repeated = new ConcurrentHashMap<>(byKey);
        repeated.values().removeIf(times -> times == 1);
        return repeated;
    }

    public int times(String key) {
        return byKey.getOrDefault(key, 0);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
