package io.taskqueue.torture.workload;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.taskqueue.queue.Ticker;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.torture.history.HistoryWriter;
import io.taskqueue.torture.history.Moment;
import io.taskqueue.torture.history.RunDirectory;
import io.taskqueue.torture.history.TargetEntry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * The target of the sinks of a run: an HTTP server on the loopback address that keeps a ledger, and makes no difference for a key that it has
 * seen before. It acts when a request has arrived whole, and answers later, also where its caller is gone. Thread-safe.
 *
 * <pre>
 *   POST /apply   200 and a result that no other call has, or 503 while it refuses
 *   POST /probe   200 if it has acted for the key, 404 if not
 * </pre>
 */
public final class TortureTarget implements AutoCloseable {

    /** The name of its process in the history. */
    public static final String NAME = "target";

    private static final int THREADS = 64;
    private static final int USUAL_MILLIS = 15;
    private static final int SLOW_MILLIS = 4_000;
    private static final int ONE_SLOW_OF = 400;

    private final HttpServer server;
    private final ExecutorService threads;
    private final RunDirectory directory;
    private final Clock clock;
    private final Ticker ticker;
    private final RandomGenerator random;
    private final Map<String, HistoryWriter<TargetEntry>> ledgers = new ConcurrentHashMap<>();
    private final Set<EffectKey> done = ConcurrentHashMap.newKeySet();
    private final AtomicLong calls = new AtomicLong();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean refusing;
    private volatile boolean quiet;

    private TortureTarget(
            HttpServer server,
            ExecutorService threads,
            RunDirectory directory,
            Clock clock,
            Ticker ticker,
            RandomGenerator random) {
        this.server = server;
        this.threads = threads;
        this.directory = directory;
        this.clock = clock;
        this.ticker = ticker;
        this.random = random;
    }

    /**
     * Listens on a free port.
     *
     * @param random decides how late it answers; must be thread-safe, or is used under a lock here
     */
    public static TortureTarget start(RunDirectory directory, Clock clock, Ticker ticker, RandomGenerator random)
            throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS, work -> {
            Thread thread = new Thread(work, NAME);
            thread.setDaemon(true);
            return thread;
        });
        TortureTarget target = new TortureTarget(server, threads, directory, clock, ticker, random);
        server.setExecutor(threads);
        server.createContext("/apply", target::apply);
        server.createContext("/probe", target::probe);
        server.start();
        return target;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** From now on, whether it answers 503 and does not act. */
    public void refuse(boolean refuses) {
        refusing = refuses;
    }

    /** From now on it answers without delay. */
    public void quiet() {
        quiet = true;
    }

    /** How often it has acted. */
    public long calls() {
        return calls.get();
    }

    private void apply(HttpExchange exchange) throws IOException {
        TargetCall call = TargetCall.read(exchange.getRequestBody().readAllBytes());
        if (refusing) {
            answer(exchange, 503, "");
            return;
        }
        HistoryWriter<TargetEntry> ledger = ledger(call.key());
        long number = calls.incrementAndGet();
        String result = "result-" + number;
        done.add(call.key());
        ledger.write(new TargetEntry.EffectApplied(now(), number, call.key(), call.policy(), result));
        delay();
        boolean delivered = answer(exchange, 200, result);
        ledger.write(new TargetEntry.Answered(now(), number, delivered));
    }

    private void probe(HttpExchange exchange) throws IOException {
        TargetCall call = TargetCall.read(exchange.getRequestBody().readAllBytes());
        boolean acted = done.contains(call.key());
        ledger(call.key()).write(new TargetEntry.Probed(now(), call.key(), acted));
        answer(exchange, acted ? 200 : 404, "");
    }

    private HistoryWriter<TargetEntry> ledger(EffectKey key) {
        return ledgers.computeIfAbsent(key.queueName(), queue -> directory.target(queue, NAME));
    }

    private void delay() {
        int most = quiet ? 1 : USUAL_MILLIS;
        int millis;
        synchronized (random) {
            millis = !quiet && random.nextInt(ONE_SLOW_OF) == 0 ? SLOW_MILLIS : random.nextInt(most + 1);
        }
        try {
            closed.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the caller took the answer, as far as this end of the connection knows. */
    private static boolean answer(HttpExchange exchange, int status, String body) {
        try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private Moment now() {
        return Moment.now(clock, ticker);
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(1);
        threads.shutdownNow();
        ledgers.values().forEach(HistoryWriter::close);
    }
}
