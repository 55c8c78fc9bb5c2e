package io.taskqueue.http;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Map;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.EagerContentHandler;
import org.eclipse.jetty.server.handler.QoSHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP server of this project: Javalin and Jetty with the threads, limits and headers that every one of them has.
 *
 * <p>Its limits: a header of 8 KiB, a body of 64 KiB, {@value ClientDeadlines#MAX_WAITING} connections that wait for their client, one
 * request a connection, and for each path that may wait for something a number of requests that are served together; 64 more of them
 * wait up to 10 s, and then receive 503. Responses are not compressed. Thread-safe; its threads are daemons.
 */
public final class HttpServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

    /** How many more requests for each limited path wait, without a thread, and for how long. */
    private static final int MAX_SUSPENDED = 64;

    private static final Duration MAX_SUSPEND = Duration.ofSeconds(10);

    /** Threads for the acceptor, the selector and requests that wait for nothing. */
    private static final int OTHER_THREADS = 12;

    /** How long a write may be blocked, and a connection unused. */
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(30);

    /** Connections that wait to be accepted: beyond that, a client attempts again after a second. */
    private static final int BACKLOG = 1_024;

    /** What the kernel buffers for a slow client, which would otherwise be megabytes. */
    private static final int SEND_BUFFER_BYTES = 256 * 1024;

    /** Larger than any valid request. */
    private static final long MAX_BODY_BYTES = 64 * 1024;

    private final HttpServerSettings settings;
    private final Javalin javalin;
    private final int port;

    /** Adds the paths of a server. */
    @FunctionalInterface
    public interface Routes {

        void add(RoutesConfig routes);
    }

    private HttpServer(HttpServerSettings settings, QueuedThreadPool threads, Routes routes) {
        this.settings = settings;
        // first, so that a failure leaves nothing to close
        ServerSocketChannel channel = bind();
        this.javalin = Javalin.create(config -> {
            configure(config, threads, channel);
            config.routes.before(this::setHeaders);
            routes.add(config.routes);
        });
        javalin.start();
        this.port = javalin.port();
    }

    /**
     * Binds the port and serves.
     *
     * @param threads its threads, made by {@link #threads}
     * @throws IllegalStateException if the port cannot be bound; the message names it and states the remedy
     */
    public static HttpServer start(HttpServerSettings settings, QueuedThreadPool threads, Routes routes) {
        return new HttpServer(settings, threads, routes);
    }

    /** The threads of a server, which also do work for it that may block for a short time. */
    public static QueuedThreadPool threads(HttpServerSettings settings) {
        int waiting = settings.servedTogether().values().stream()
                .mapToInt(Integer::intValue)
                .sum();
        QueuedThreadPool threads = new QueuedThreadPool(settings.streamClients() + waiting + OTHER_THREADS, 2);
        threads.setName("taskqueue-" + settings.service());
        threads.setDaemon(true);
        threads.setReservedThreads(0);
        return threads;
    }

    /** The port that it listens on, also if a free one was selected. */
    public int port() {
        return port;
    }

    /** Stops listening and disconnects every client. Closing it again has no effect. */
    @Override
    public void close() {
        javalin.stop();
    }

    /** HEAD runs the same handler, and the server omits the body: the status and headers are those of GET. */
    public static void get(RoutesConfig routes, String path, io.javalin.http.Handler handler) {
        routes.get(path, handler);
        routes.head(path, handler);
    }

    /** Refuses a request that is not granted, before its handler runs. */
    public static void protect(Context context, AccessControl access) {
        if (!access.granted(context)) {
            access.refuse(context);
            context.skipRemainingHandlers();
        }
    }

    /** Refuses a request for content that shows nothing of the cluster, unless it is granted without a token. */
    public static void protectPublic(Context context, AccessControl access) {
        if (!access.grantedWithoutToken(context)) {
            access.refuse(context);
            context.skipRemainingHandlers();
        }
    }

    /** No browser stores, frames, sniffs or runs a response, unless a handler allows it. */
    private void setHeaders(Context context) {
        context.header("Cache-Control", "no-store");
        context.header("Content-Security-Policy", settings.contentSecurityPolicy());
        context.header("X-Content-Type-Options", "nosniff");
        context.header("Referrer-Policy", "no-referrer");
    }

    private void configure(JavalinConfig config, QueuedThreadPool threads, ServerSocketChannel channel) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.maxRequestSize = MAX_BODY_BYTES;
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.http.prefer405over404 = true;
        config.router.ignoreTrailingSlashes = false;
        // the timer thread that Jetty creates is not a daemon and would keep the process alive
        Scheduler timer = new ScheduledExecutorScheduler(threads.getName() + "-timer", true);
        config.unsafe.jettyInternal.server = new Server(threads, timer, null);
        config.jetty.modifyHttpConfiguration(http -> {
            http.setSendServerVersion(false);
            http.setSendXPoweredBy(false);
            http.setSendDateHeader(false);
            http.setPersistentConnectionsEnabled(false);
        });
        ClientDeadlines deadlines = new ClientDeadlines(settings.requestTimeout(), timer);
        config.jetty.addConnector((server, http) -> {
            ServerConnector connector = connector(server, http, channel);
            connector.addBean(deadlines, false);
            return connector;
        });
        config.jetty.modifyServer(server -> {
            server.setStopTimeout(0);
            server.setHandler(limits(deadlines));
        });
        config.routes.exception(HttpResponseException.class, (refusal, context) -> {
            String message =
                    switch (refusal.getStatus()) {
                        case 404 -> "There is nothing at " + context.path() + ".";
                        case 405 -> notAllowed(context);
                        default -> String.valueOf(refusal.getMessage());
                    };
            JsonResponses.error(context, refusal.getStatus(), message);
        });
        config.routes.exception(
                EofException.class,
                (gone, context) -> LOG.debug("The client of {} {} is gone.", context.method(), context.path(), gone));
        config.routes.exception(Exception.class, (failure, context) -> {
            LOG.warn("{} {} failed.", context.method(), context.path(), failure);
            JsonResponses.error(context, 500, "The request failed with an internal error. See the log of the process.");
        });
    }

    /** A body is read without a thread before its request is handled; then each limited path has a handler, and Javalin the last one. */
    private Handler limits(ClientDeadlines deadlines) {
        Handler.Singleton last = deadlines;
        for (Map.Entry<String, Integer> limited : settings.servedTogether().entrySet()) {
            QoSHandler limit = new QoSHandler();
            limit.includePath(limited.getKey());
            limit.setMaxRequestCount(limited.getValue());
            limit.setMaxSuspendedRequestCount(MAX_SUSPENDED);
            limit.setMaxSuspend(MAX_SUSPEND);
            last.setHandler(limit);
            last = limit;
        }
        return new EagerContentHandler(
                deadlines, new EagerContentHandler.RetainedContentLoaderFactory(MAX_BODY_BYTES, 0, true));
    }

    private String notAllowed(Context context) {
        boolean posted = settings.posted().contains(context.path());
        context.header("Allow", posted ? "GET, HEAD, POST" : "GET, HEAD");
        return posted ? "This path supports GET, HEAD and POST only." : "This path supports GET and HEAD only.";
    }

    private ServerSocketChannel bind() {
        String host = settings.host();
        int wanted = settings.port();
        try {
            return bound(ServerSocketChannel.open(), new InetSocketAddress(host, wanted));
        } catch (IOException e) {
            String fact = String.valueOf(e.getMessage()).contains("in use")
                    ? "Port " + wanted + " of " + host + " is in use by another process."
                    : "The " + settings.service() + " cannot listen on port " + wanted + " of " + host + ": "
                            + e.getMessage() + ".";
            throw new IllegalStateException(
                    fact + " Stop the process that listens there, or set another port of an address of this machine; "
                            + "port 0 selects a free one.",
                    e);
        }
    }

    private static ServerSocketChannel bound(ServerSocketChannel channel, InetSocketAddress address)
            throws IOException {
        try {
            return channel.setOption(StandardSocketOptions.SO_REUSEADDR, true).bind(address, BACKLOG);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static ServerConnector connector(Server server, HttpConfiguration http, ServerSocketChannel channel) {
        ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setIdleTimeout(IDLE_TIMEOUT.toMillis());
        connector.setAcceptedSendBufferSize(SEND_BUFFER_BYTES);
        try {
            connector.open(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return connector;
    }
}
