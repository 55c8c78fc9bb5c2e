package io.taskqueue.diagnostics;

import io.javalin.Javalin;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP side of a dispatcher or a sink service.
 *
 * <pre>
 *   GET /diagnostics/taskqueue   server-sent events: "snapshot" first, then every event with its id; comments as heartbeats
 *   GET /metrics                 the meters, as Prometheus text
 *   GET /health/live             200 while the process serves
 *   GET /health/ready            200, or 503 with the checks that fail; and what else is to be known
 *   GET /api/parked              what a sink has parked; ?queue=NAME and ?task=TASK choose
 *   POST /api/parked             what becomes of a parked task: {"action": "redrive" | "discard", "task": …}
 * </pre>
 *
 * <p>It listens on 127.0.0.1 unless told otherwise; any address but a loopback one needs a token. With a token, everything but
 * the two health paths asks for {@code Authorization: Bearer <token>}; {@code /health/ready} then says only to those who have
 * it which checks fail. Without a token, requests must name the server by an address or as {@code localhost}, so that no web
 * page can reach it through a name of its own.
 *
 * <p>Each watcher has a bounded buffer and a thread of its own: a slow one is cut off and slows nobody, least of all the feed.
 * It may connect again and starts with a fresh snapshot.
 *
 * <p>Thread-safe. Its threads are daemons. Javalin and Jetty log through SLF4J ({@code io.javalin}, {@code org.eclipse.jetty}).
 */
public final class DiagnosticsServer implements AutoCloseable {

    private final int port;
    private final Javalin javalin;
    private final @Nullable EventStream stream;

    private DiagnosticsServer(Javalin javalin, @Nullable EventStream stream) {
        this.port = javalin.port();
        this.javalin = javalin;
        this.stream = stream;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The port that it listens on, also where any free one was asked for. */
    public int port() {
        return port;
    }

    /** Ends every watcher's stream and stops listening. Doing so twice does nothing. */
    @Override
    public void close() {
        if (stream != null) {
            stream.close();
        }
        javalin.stop();
    }

    /** What the server shows, and to whom. Not thread-safe. */
    public static final class Builder {

        String host = "127.0.0.1";
        int port;

        @Nullable
        String token;

        boolean showPayloads;

        @Nullable
        MeterRegistry registry;

        @Nullable
        DiagnosticsFeed feed;

        @Nullable
        ParkedFeed parked;

        Duration heartbeat = Duration.ofSeconds(15);
        int maxWatchers = 64;
        int bufferedEvents = 4_096;
        final Map<String, HealthCheck> checks = new LinkedHashMap<>();
        final Map<String, Supplier<Optional<String>>> notes = new LinkedHashMap<>();

        private Builder() {}

        /** The address to listen on; 127.0.0.1 by default. */
        public Builder host(String host) {
            this.host = Objects.requireNonNull(host, "host");
            return this;
        }

        /** The port to listen on, 0 to 65535; 0, the default, takes any free one. */
        public Builder port(int port) {
            this.port = port;
            return this;
        }

        /** What a caller must know; required for any address but a loopback one. */
        public Builder token(String token) {
            this.token = Objects.requireNonNull(token, "token");
            return this;
        }

        /** Whether events show their payloads, and parked ones; false by default. */
        public Builder showPayloads(boolean showPayloads) {
            this.showPayloads = showPayloads;
            return this;
        }

        /** The meters of {@code /metrics}: a Prometheus registry, or a composite that holds one. */
        public Builder registry(MeterRegistry registry) {
            this.registry = Objects.requireNonNull(registry, "registry");
            return this;
        }

        /** A check of {@code /health/ready}, by a name of its own. Without any, the process is always ready. */
        public Builder ready(String name, HealthCheck check) {
            checks.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(check, "check"));
            return this;
        }

        /** What {@code /health/ready} tells those who may read, without failing for it; by a name of its own. */
        public Builder note(String name, Supplier<Optional<String>> note) {
            notes.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(note, "note"));
            return this;
        }

        /** What {@code /api/parked} shows and decides about. */
        public Builder parked(ParkedFeed parked) {
            this.parked = Objects.requireNonNull(parked, "parked");
            return this;
        }

        /** Where the events of {@code /diagnostics/taskqueue} come from. */
        public Builder feed(DiagnosticsFeed feed) {
            this.feed = Objects.requireNonNull(feed, "feed");
            return this;
        }

        /** How long a stream is silent before a comment is sent that keeps it open; 15 s by default. */
        public Builder heartbeat(Duration heartbeat) {
            this.heartbeat = Objects.requireNonNull(heartbeat, "heartbeat");
            return this;
        }

        /** How many may watch at once; 64 by default. The next is answered with 503. */
        public Builder maxWatchers(int maxWatchers) {
            this.maxWatchers = maxWatchers;
            return this;
        }

        /** How many events, and at most 4 MiB of them, may wait for a watcher before it is cut off; 4,096 by default. */
        public Builder bufferedEvents(int bufferedEvents) {
            this.bufferedEvents = bufferedEvents;
            return this;
        }

        /**
         * Checks everything, binds the port and serves.
         *
         * @throws IllegalArgumentException if a setting is out of range, a token is missing, or the registry has no Prometheus text
         * @throws IllegalStateException if the port cannot be bound; the message names it and says what to do
         */
        public DiagnosticsServer start() {
            requireSound();
            Access access = Access.of(host, token);
            Readiness readiness = new Readiness(checks, notes, access);
            Scrape scrape = Scrape.of(registry);
            ParkedApi parkedApi = new ParkedApi(parked, showPayloads);
            QueuedThreadPool threads = Http.threads(maxWatchers);
            EventStream stream = feed == null ? null : new EventStream(feed, this, threads);

            ServerSocketChannel channel = Http.bind(host, port);
            Javalin javalin = Javalin.create(config -> {
                Http.configure(config, threads, channel);
                config.routes.before(context -> Http.guard(context, access));
                config.routes.get("/health/live", context -> Answers.json(context, 200, Map.of("status", "live")));
                config.routes.get("/health/ready", readiness::answer);
                config.routes.get("/metrics", scrape::answer);
                config.routes.get("/api/parked", parkedApi::list);
                config.routes.post("/api/parked", parkedApi::decide);
                config.routes.get("/diagnostics/taskqueue", stream == null ? Http::noEvents : stream::serve);
            });
            javalin.start();
            return new DiagnosticsServer(javalin, stream);
        }

        private void requireSound() {
            require(port >= 0 && port <= 65_535, "A port is 0 to 65535", "the diagnostics port", port);
            require(
                    heartbeat.toMillis() > 0 && heartbeat.toSeconds() <= 25,
                    "A stream is kept open by a heartbeat every 1 ms to 25 s",
                    "the heartbeat",
                    heartbeat);
            require(maxWatchers > 0, "At least one may watch", "maxWatchers", maxWatchers);
            require(bufferedEvents > 0, "At least one event must have room", "bufferedEvents", bufferedEvents);
        }

        private static void require(boolean sound, String rule, String what, Object found) {
            if (!sound) {
                throw new IllegalArgumentException(
                        rule + ", but " + what + " is " + found + ". Set another one, or leave the default.");
            }
        }
    }
}
