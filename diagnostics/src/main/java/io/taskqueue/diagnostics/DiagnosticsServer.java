package io.taskqueue.diagnostics;

import io.javalin.http.Context;
import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.http.AccessControl;
import io.taskqueue.http.HealthEndpoint;
import io.taskqueue.http.HttpServer;
import io.taskqueue.http.HttpServerSettings;
import io.taskqueue.http.JsonResponses;
import io.taskqueue.http.MetricsEndpoint;
import io.taskqueue.http.StreamClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * Serves the diagnostics of a dispatcher or a sink service over HTTP.
 *
 * <pre>
 *   GET /diagnostics/taskqueue   server-sent events: a "snapshot" of each feed, then every event with its id; comments as heartbeats
 *   GET /metrics                 the meters, as Prometheus text
 *   GET /health/live             200, or 503 with the checks that fail: the process cannot continue by itself
 *   GET /health/ready            200, or 503 with the checks that fail; and notes
 *   GET /api/parked              the parked tasks of a sink; ?queue=NAME and ?task=TASK select
 *   POST /api/parked             a decision about a parked task: {"action": "redrive" | "discard", "task": …}
 * </pre>
 *
 * <p>It listens on 127.0.0.1 by default; an address that is not a loopback address requires a token. With a token, all paths except
 * the two health paths require {@code Authorization: Bearer <token>}; {@code /health/ready} then lists failing checks and notes only
 * for requests that carry it. Without a token, requests must name the server by an address or as {@code localhost}, so that a web
 * page cannot reach it through a host name of its own. Requests that a page of another origin sends are refused in both cases.
 *
 * <p>HEAD is answered as GET, without a body; other methods with 405. A connection serves one request. One whose client sends its
 * request, or takes its response, too slowly is closed, and a request that waits for something waits without delaying those for other
 * paths: {@code /health/live} answers whatever the others do. Limits: a header of 8 KiB, a body of 64 KiB, 256 connections that wait for
 * their client (of more, the one that has waited longest is closed), and four requests at a time for each of {@code /health/ready},
 * {@code /metrics} and {@code /api/parked}; 64 more of each wait up to 10 s, and then receive 503.
 *
 * <p>Each client of the stream has a bounded buffer and a thread: a slow client is disconnected and delays neither other clients nor
 * the feed. It may connect again and starts with a new snapshot.
 *
 * <p>Thread-safe. Its threads are daemons. Javalin and Jetty log through SLF4J ({@code io.javalin}, {@code org.eclipse.jetty}).
 */
public final class DiagnosticsServer implements AutoCloseable {

    private static final String SERVICE = "diagnostics";
    private static final String READY = "/health/ready";
    private static final String METRICS = "/metrics";
    private static final String PARKED = "/api/parked";
    private static final String LIVE = "/health/live";
    private static final String STREAM = "/diagnostics/taskqueue";

    private static final Map<String, Integer> SERVED_TOGETHER = Map.of(READY, 4, METRICS, 4, PARKED, 4);

    private final HttpServer server;
    private final @Nullable EventStreamEndpoint stream;

    private DiagnosticsServer(HttpServer server, @Nullable EventStreamEndpoint stream) {
        this.server = server;
        this.stream = stream;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The port that it listens on, also if a free one was selected. */
    public int port() {
        return server.port();
    }

    /** Ends every stream and stops listening. Closing it again has no effect. */
    @Override
    public void close() {
        if (stream != null) {
            stream.close();
        }
        server.close();
    }

    /** Collects the settings of a server. Not thread-safe. */
    public static final class Builder {

        private String host = "127.0.0.1";
        private int port;
        private @Nullable String token;
        private boolean showPayloads;
        private @Nullable MeterRegistry registry;
        private final List<EventFeed> feeds = new ArrayList<>();
        private @Nullable ParkedTaskOperations parked;
        private Duration heartbeat = Duration.ofSeconds(15);
        private Duration requestTimeout = Duration.ofSeconds(10);
        private int maxStreamClients = 64;
        private int bufferedEvents = 4_096;
        private final Map<String, Callable<Optional<String>>> checks = new LinkedHashMap<>();
        private final Map<String, Callable<Optional<String>>> liveChecks = new LinkedHashMap<>();
        private final Map<String, Callable<Optional<String>>> notes = new LinkedHashMap<>();

        private Builder() {}

        /** The address to listen on; 127.0.0.1 by default. */
        public Builder host(String host) {
            this.host = Objects.requireNonNull(host, "host");
            return this;
        }

        /** The port to listen on, 0 to 65535; 0, the default, selects a free port. */
        public Builder port(int port) {
            this.port = port;
            return this;
        }

        /** The token that requests must carry; required unless the address is a loopback address. */
        public Builder token(String token) {
            this.token = Objects.requireNonNull(token, "token");
            return this;
        }

        /** Whether events and parked tasks include their payloads; false by default. */
        public Builder showPayloads(boolean showPayloads) {
            this.showPayloads = showPayloads;
            return this;
        }

        /** The meters of {@code /metrics}: a Prometheus registry, or a composite that contains one. */
        public Builder registry(MeterRegistry registry) {
            this.registry = Objects.requireNonNull(registry, "registry");
            return this;
        }

        /**
         * Adds a check of {@code /health/ready}. Without checks, the process is always ready.
         *
         * @throws IllegalArgumentException if there is a check of that name
         */
        public Builder ready(String name, HealthCheck check) {
            addUnique("check", checks, name, Objects.requireNonNull(check, "check")::failure);
            return this;
        }

        /**
         * Adds a check of {@code /health/live}: whether the process can continue by itself. It should fail where only a restart helps, and
         * not while something outside is unavailable. Without checks, the process is always live.
         *
         * @throws IllegalArgumentException if there is a check of that name
         */
        public Builder live(String name, HealthCheck check) {
            addUnique("check", liveChecks, name, Objects.requireNonNull(check, "check")::failure);
            return this;
        }

        /**
         * Adds a note of {@code /health/ready}; it does not make the process not ready.
         *
         * @throws IllegalArgumentException if there is a note of that name
         */
        public Builder note(String name, Supplier<Optional<String>> note) {
            addUnique("note", notes, name, Objects.requireNonNull(note, "note")::get);
            return this;
        }

        /**
         * The parked tasks of {@code /api/parked}.
         *
         * @throws IllegalArgumentException if they are set already
         */
        public Builder parked(ParkedTaskOperations parked) {
            if (this.parked != null) {
                throw new IllegalArgumentException(
                        "The diagnostics serve the parked tasks of one sink, but parked(…) was called "
                                + "a second time. Start a server for each sink.");
            }
            this.parked = Objects.requireNonNull(parked, "parked");
            return this;
        }

        /**
         * Adds events to {@code /diagnostics/taskqueue}. With several feeds, its clients receive a snapshot of each, in this order, and
         * then the events of all.
         *
         * @throws IllegalArgumentException if the feed was added already
         */
        public Builder feed(EventFeed feed) {
            if (feeds.contains(Objects.requireNonNull(feed, "feed"))) {
                throw new IllegalArgumentException(
                        "The diagnostics stream would contain each event twice, because feed(…) was called twice with the same feed. "
                                + "Add each feed once.");
            }
            feeds.add(feed);
            return this;
        }

        private static <V> void addUnique(String what, Map<String, V> known, String name, V value) {
            if (known.putIfAbsent(Objects.requireNonNull(name, "name"), value) != null) {
                throw new IllegalArgumentException("The diagnostics have a " + what + " named '" + name
                        + "' already. Give each " + what + " a name of its own.");
            }
        }

        /** How long a client may take to send its request, and to take the response, 100 ms to 10 min; 10 s by default. */
        public Builder requestTimeout(Duration requestTimeout) {
            this.requestTimeout = Objects.requireNonNull(requestTimeout, "requestTimeout");
            return this;
        }

        /** How long a stream is idle before a comment is sent that keeps it open, 1 ms to 25 s; 15 s by default. */
        public Builder heartbeat(Duration heartbeat) {
            this.heartbeat = Objects.requireNonNull(heartbeat, "heartbeat");
            return this;
        }

        /** How many clients may be connected to the stream; 64 by default. A further one receives status 503. */
        public Builder maxStreamClients(int maxStreamClients) {
            this.maxStreamClients = maxStreamClients;
            return this;
        }

        /** How many events, at most 4 MiB, are buffered for a client of the stream before it is disconnected; 4,096 by default. */
        public Builder bufferedEvents(int bufferedEvents) {
            this.bufferedEvents = bufferedEvents;
            return this;
        }

        /**
         * Validates the settings, binds the port and serves.
         *
         * @throws IllegalArgumentException if a setting is out of range, the token is missing or invalid, or the registry contains
         *     no Prometheus registry
         * @throws IllegalStateException if the port cannot be bound; the message names it and states the remedy
         */
        public DiagnosticsServer start() {
            var streamSettings = new StreamClients.Settings(SERVICE, heartbeat, maxStreamClients, bufferedEvents);
            AccessControl access = AccessControl.of(SERVICE, host, token);
            HttpServerSettings http = new HttpServerSettings(
                    SERVICE,
                    host,
                    port,
                    requestTimeout,
                    maxStreamClients,
                    SERVED_TOGETHER,
                    Set.of(PARKED),
                    "default-src 'none'; frame-ancestors 'none'");
            HealthEndpoint readiness = new HealthEndpoint("ready", checks, notes, access);
            HealthEndpoint liveness = new HealthEndpoint("live", liveChecks, Map.of(), access);
            MetricsEndpoint metrics = MetricsEndpoint.of(registry);
            ParkedTasksEndpoint parkedTasks = new ParkedTasksEndpoint(parked, showPayloads);
            QueuedThreadPool threads = HttpServer.threads(http);
            EventStreamEndpoint stream = feeds.isEmpty()
                    ? null
                    : new EventStreamEndpoint(feeds, showPayloads, new StreamClients(streamSettings, threads));
            HttpServer server = HttpServer.start(http, threads, routes -> {
                routes.before(context -> protect(context, access));
                HttpServer.get(routes, LIVE, liveness::serve);
                HttpServer.get(routes, READY, readiness::serve);
                HttpServer.get(routes, METRICS, metrics::serve);
                HttpServer.get(routes, PARKED, parkedTasks::list);
                routes.post(PARKED, parkedTasks::decide);
                if (stream == null) {
                    HttpServer.get(routes, STREAM, Builder::noEvents);
                } else {
                    routes.get(STREAM, stream::serve);
                    routes.head(STREAM, stream::head);
                }
            });
            return new DiagnosticsServer(server, stream);
        }

        private static void protect(Context context, AccessControl access) {
            if (!context.path().startsWith("/health/")) {
                HttpServer.protect(context, access);
            }
        }

        private static void noEvents(Context context) {
            JsonResponses.error(context, 404, "This process was started without an event stream.");
        }
    }
}
