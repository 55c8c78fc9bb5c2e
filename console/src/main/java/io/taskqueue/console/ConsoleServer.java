package io.taskqueue.console;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.console.api.ConsoleApi;
import io.taskqueue.console.api.ConsoleSettings;
import io.taskqueue.console.model.QueueIndex;
import io.taskqueue.console.model.SinkIndex;
import io.taskqueue.http.AccessControl;
import io.taskqueue.http.HttpServer;
import io.taskqueue.http.HttpServerSettings;
import io.taskqueue.http.MetricsEndpoint;
import io.taskqueue.http.StreamClients;
import io.taskqueue.queue.Ticker;
import java.time.Duration;
import java.util.Objects;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * Serves the page of the console and its REST API over HTTP, from two indexes.
 *
 * <pre>
 *   GET /                    the page; its files are below /page/
 *   GET /api/v1/…            the REST API, as /api/v1/openapi.yaml describes it
 *   POST /api/v1/parked      a decision about parked tasks, if writes are allowed
 *   GET /health/live         200 while it serves
 *   GET /health/ready        200, or 503 if Kafka cannot be used
 *   GET /metrics             the meters, as Prometheus text
 * </pre>
 *
 * <p>It listens on 127.0.0.1 by default; an address that is not a loopback address requires a token. With a token, the REST API and {@code /metrics} require
 * {@code Authorization: Bearer <token>}; the page, which shows nothing by itself, asks for it. Without a token, requests must name the
 * server by an address or as {@code localhost}. Requests that a page of another origin sends are refused in both cases. The limits are
 * those of {@link HttpServer}; a client of the event stream that is too slow is disconnected.
 *
 * <p>Thread-safe. Its threads are daemons. It does not close the indexes.
 */
public final class ConsoleServer implements AutoCloseable {

    private static final String SERVICE = "console";

    private final HttpServer server;
    private final ConsoleApi api;

    private ConsoleServer(HttpServer server, ConsoleApi api) {
        this.server = server;
        this.api = api;
    }

    public static Builder builder(QueueIndex queues, SinkIndex sinks) {
        return new Builder(queues, sinks);
    }

    /** The port that it listens on, also if a free one was selected. */
    public int port() {
        return server.port();
    }

    /** Ends every stream and stops listening. Closing it again has no effect. */
    @Override
    public void close() {
        api.close();
        server.close();
    }

    /** Collects the settings of a server. Not thread-safe. */
    public static final class Builder {

        private final QueueIndex queues;
        private final SinkIndex sinks;
        private String host = "127.0.0.1";
        private int port;
        private @Nullable String token;
        private @Nullable MeterRegistry registry;
        private ConsoleSettings view =
                new ConsoleSettings(false, false, "(development)", "taskqueue.events", "localhost:9092", 0);
        private Duration requestTimeout = Duration.ofSeconds(10);
        private Duration heartbeat = Duration.ofSeconds(15);
        private int maxStreamClients = 64;
        private int bufferedEvents = 4_096;
        private Ticker ticker = Ticker.system();

        private Builder(QueueIndex queues, SinkIndex sinks) {
            this.queues = Objects.requireNonNull(queues, "queues");
            this.sinks = Objects.requireNonNull(sinks, "sinks");
        }

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

        /** The meters of {@code /metrics}: a Prometheus registry, or a composite that contains one; none by default. */
        public Builder registry(MeterRegistry registry) {
            this.registry = Objects.requireNonNull(registry, "registry");
            return this;
        }

        /** What the page has to know, and whether payloads are shown and writes are allowed; neither by default. */
        public Builder view(ConsoleSettings view) {
            this.view = Objects.requireNonNull(view, "view");
            return this;
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

        /** How many clients may be connected to the event stream; 64 by default. A further one receives status 503. */
        public Builder maxStreamClients(int maxStreamClients) {
            this.maxStreamClients = maxStreamClients;
            return this;
        }

        /** How many events, at most 4 MiB, are buffered for a client of the stream before it is disconnected; 4,096 by default. */
        public Builder bufferedEvents(int bufferedEvents) {
            this.bufferedEvents = bufferedEvents;
            return this;
        }

        /** What measures the age of what is served; the system's by default. */
        public Builder ticker(Ticker ticker) {
            this.ticker = Objects.requireNonNull(ticker, "ticker");
            return this;
        }

        /**
         * Validates the settings, binds the port and serves.
         *
         * @throws IllegalArgumentException if a setting is out of range, the token is missing or invalid, or the registry contains no
         *     Prometheus registry
         * @throws IllegalStateException if the port cannot be bound; the message names it and states the remedy
         */
        public ConsoleServer start() {
            AccessControl access = AccessControl.of(SERVICE, host, token);
            var streams = new StreamClients.Settings(SERVICE, heartbeat, maxStreamClients, bufferedEvents);
            HttpServerSettings http = new HttpServerSettings(
                    SERVICE,
                    host,
                    port,
                    requestTimeout,
                    maxStreamClients,
                    ConsoleApi.SERVED_TOGETHER,
                    ConsoleApi.POSTED,
                    ConsoleApi.CONTENT_SECURITY_POLICY);
            QueuedThreadPool threads = HttpServer.threads(http);
            MetricsEndpoint metrics = MetricsEndpoint.of(registry);
            ConsoleApi api = new ConsoleApi(queues, sinks, view, access, new StreamClients(streams, threads), ticker);
            try {
                return new ConsoleServer(HttpServer.start(http, threads, routes -> api.addTo(routes, metrics)), api);
            } catch (RuntimeException e) {
                api.close();
                throw e;
            }
        }
    }
}
