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
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How Javalin and Jetty are set up. */
final class Http {

    private static final Logger LOG = LoggerFactory.getLogger(DiagnosticsServer.class);
    /** Acceptor, selectors and short requests, beside one thread a watcher. */
    private static final int OTHER_THREADS = 16;

    /** How long a write may be stuck, and a connection unused. */
    private static final Duration IDLE = Duration.ofSeconds(30);

    /** What the kernel keeps for a slow watcher, which would otherwise be megabytes. */
    private static final int SEND_BUFFER_BYTES = 256 * 1024;

    /** More than any decision has. */
    private static final long MAX_BODY_BYTES = 64 * 1024;

    private Http() {}

    static QueuedThreadPool threads(int watchers) {
        QueuedThreadPool threads = new QueuedThreadPool(watchers + OTHER_THREADS, 2);
        threads.setName("taskqueue-diagnostics");
        threads.setDaemon(true);
        threads.setReservedThreads(0);
        return threads;
    }

    static void configure(JavalinConfig config, QueuedThreadPool threads, ServerSocketChannel channel) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.maxRequestSize = MAX_BODY_BYTES;
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.http.prefer405over404 = true;
        // Jetty's own timer thread is no daemon and would keep the process alive
        Scheduler timer = new ScheduledExecutorScheduler("taskqueue-diagnostics-timer", true);
        config.unsafe.jettyInternal.server = new Server(threads, timer, null);
        config.jetty.modifyHttpConfiguration(http -> {
            http.setSendServerVersion(false);
            http.setSendXPoweredBy(false);
            http.setSendDateHeader(false);
        });
        config.jetty.addConnector((server, http) -> connector(server, http, channel));
        config.jetty.modifyServer(server -> server.setStopTimeout(0));
        config.routes.exception(HttpResponseException.class, (refusal, context) -> {
            String message =
                    switch (refusal.getStatus()) {
                        case 404 -> "There is nothing at " + context.path() + ".";
                        case 405 -> context.path().equals("/api/parked")
                                ? "This is not done here: use GET or POST."
                                : "This can only be read: use GET.";
                        default -> String.valueOf(refusal.getMessage());
                    };
            Answers.error(context, refusal.getStatus(), message);
        });
        config.routes.exception(Exception.class, (failure, context) -> {
            LOG.warn("{} {} failed.", context.method(), context.path(), failure);
            Answers.error(context, 500, "This failed inside; the log of the process says why.");
        });
    }

    /** Whatever the answer is, no browser may store, frame, sniff or run it. */
    static void guard(Context context, Access access) {
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
        Answers.error(context, 404, "This process was started without a feed of events.");
    }

    /**
     * Binds the port before anything else is started, so that nothing has to be undone or explained twice.
     *
     * @throws IllegalStateException if that cannot be; it says why and what to do
     */
    static ServerSocketChannel bind(String host, int port) {
        try {
            return bound(ServerSocketChannel.open(), new InetSocketAddress(host, port));
        } catch (IOException e) {
            String fact = String.valueOf(e.getMessage()).contains("in use")
                    ? "Port " + port + " of " + host + " is in use by another process."
                    : "Diagnostics cannot listen on port " + port + " of " + host + ": " + e.getMessage() + ".";
            throw new IllegalStateException(
                    fact + " Stop what listens there, or choose another port of an address of this machine; "
                            + "port 0 takes any free one.",
                    e);
        }
    }

    private static ServerSocketChannel bound(ServerSocketChannel channel, InetSocketAddress address)
            throws IOException {
        try {
            return channel.setOption(StandardSocketOptions.SO_REUSEADDR, true).bind(address, 128);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static ServerConnector connector(Server server, HttpConfiguration http, ServerSocketChannel channel) {
        ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setIdleTimeout(IDLE.toMillis());
        connector.setAcceptedSendBufferSize(SEND_BUFFER_BYTES);
        try {
            connector.open(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return connector;
    }
}
