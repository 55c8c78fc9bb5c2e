package io.taskqueue.diagnostics;

import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
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

/** Configures Javalin and Jetty: threads, limits, headers, the port. */
final class HttpServerSetup {

    private static final Logger LOG = LoggerFactory.getLogger(HttpServerSetup.class);

    /** How many requests for each of these paths are served together, because they may wait for something; others of them wait. */
    private static final Map<String, Integer> SERVED_TOGETHER =
            Map.of(DiagnosticsServer.READY, 4, DiagnosticsServer.METRICS, 4, DiagnosticsServer.PARKED, 4);

    /** How many more requests for each of them wait, without a thread, and for how long. */
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

    /** Larger than any valid decision. */
    private static final long MAX_BODY_BYTES = 64 * 1024;

    private HttpServerSetup() {}

    static QueuedThreadPool threads(int streamClients) {
        int waiting =
                SERVED_TOGETHER.values().stream().mapToInt(Integer::intValue).sum();
        QueuedThreadPool threads = new QueuedThreadPool(streamClients + waiting + OTHER_THREADS, 2);
        threads.setName("taskqueue-diagnostics");
        threads.setDaemon(true);
        threads.setReservedThreads(0);
        return threads;
    }

    /** @param requestTimeout how long a client may take to send its request, and to take the response */
    static void configure(
            JavalinConfig config, QueuedThreadPool threads, ServerSocketChannel channel, Duration requestTimeout) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.maxRequestSize = MAX_BODY_BYTES;
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.http.prefer405over404 = true;
        config.router.ignoreTrailingSlashes = false;
        // the timer thread that Jetty creates is not a daemon and would keep the process alive
        Scheduler timer = new ScheduledExecutorScheduler("taskqueue-diagnostics-timer", true);
        config.unsafe.jettyInternal.server = new Server(threads, timer, null);
        config.jetty.modifyHttpConfiguration(http -> {
            http.setSendServerVersion(false);
            http.setSendXPoweredBy(false);
            http.setSendDateHeader(false);
            http.setPersistentConnectionsEnabled(false);
        });
        ClientDeadlines deadlines = new ClientDeadlines(requestTimeout, timer);
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
    private static Handler limits(ClientDeadlines deadlines) {
        Handler.Singleton last = deadlines;
        for (Map.Entry<String, Integer> limited : SERVED_TOGETHER.entrySet()) {
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

    private static String notAllowed(Context context) {
        boolean decides = context.path().equals(DiagnosticsServer.PARKED);
        context.header("Allow", decides ? "GET, HEAD, POST" : "GET, HEAD");
        return decides ? "This path supports GET, HEAD and POST only." : "This path supports GET and HEAD only.";
    }

    /** Sets headers so that no browser stores, frames, sniffs or runs a response, and refuses requests that are not granted. */
    static void protect(Context context, AccessControl access) {
        context.header("Cache-Control", "no-store");
        context.header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        context.header("X-Content-Type-Options", "nosniff");
        context.header("Referrer-Policy", "no-referrer");
        boolean health = context.path().startsWith("/health/");
        if (!health && !access.granted(context)) {
            access.refuse(context);
            context.skipRemainingHandlers();
        }
    }

    static void noEvents(Context context) {
        JsonResponses.error(context, 404, "This process was started without an event stream.");
    }

    /**
     * Binds the port before anything else is started, so that a failure leaves nothing to close.
     *
     * @throws IllegalStateException if the port cannot be bound; the message states the reason and the remedy
     */
    static ServerSocketChannel bind(String host, int port) {
        try {
            return bound(ServerSocketChannel.open(), new InetSocketAddress(host, port));
        } catch (IOException e) {
            String fact = String.valueOf(e.getMessage()).contains("in use")
                    ? "Port " + port + " of " + host + " is in use by another process."
                    : "Diagnostics cannot listen on port " + port + " of " + host + ": " + e.getMessage() + ".";
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
