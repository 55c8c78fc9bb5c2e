package io.taskqueue.diagnostics;

import io.javalin.http.Context;
import io.taskqueue.http.ClientBuffer;
import io.taskqueue.http.JsonResponses;
import io.taskqueue.http.ServerSentEvents;
import io.taskqueue.http.StreamClient;
import io.taskqueue.queue.CallbackFailures;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /diagnostics/taskqueue}: distributes the events of all feeds to all clients.
 *
 * <pre>
 *   thread of a feed                            thread of each client's request
 *   event -> bytes (once) -> ClientBuffer, …    ClientBuffer -> connection
 * </pre>
 *
 * <p>The thread of a feed neither waits nor uses a connection. Each feed has a subscription while clients are connected. A client
 * whose buffer overflows is disconnected. Thread-safe.
 */
final class EventStreamEndpoint {

    private static final Logger LOG = LoggerFactory.getLogger(EventStreamEndpoint.class);
    private static final String CONTENT_TYPE = "text/event-stream; charset=utf-8";
    private static final long MAX_BUFFERED_BYTES = 4L * 1024 * 1024;

    private final List<EventFeed> feeds;
    private final Settings settings;
    private final Semaphore clientSlots;
    private final Executor executor;

    private final List<StreamClient> clients = new CopyOnWriteArrayList<>();
    private final Object membership = new Object();
    private final CallbackFailures failures =
            new CallbackFailures("Closing a subscription to a diagnostics feed", "the feed may still deliver events");
    private List<AutoCloseable> subscriptions = List.of();
    private boolean closed;

    /**
     * The settings of the stream.
     *
     * @param showPayloads whether events contain their payloads
     * @param heartbeat how long a stream is idle before a comment is sent
     * @param maxClients how many clients may be connected at the same time
     * @param bufferedEvents how many events may be buffered for a client before it is disconnected
     */
    record Settings(boolean showPayloads, Duration heartbeat, int maxClients, int bufferedEvents) {

        private static final Duration MAX_HEARTBEAT = Duration.ofSeconds(25);

        Settings {
            if (heartbeat.toMillis() < 1 || heartbeat.compareTo(MAX_HEARTBEAT) > 0) {
                throw new IllegalArgumentException(
                        "The heartbeat of the diagnostics stream must be 1 ms to 25 s, but it is " + heartbeat
                                + ". Set another value, or omit it for the default.");
            }
            requirePositive("maxStreamClients", maxClients);
            requirePositive("bufferedEvents", bufferedEvents);
        }

        private static void requirePositive(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(
                        "The setting " + name + " of the diagnostics must be at least 1, but it is " + value
                                + ". Set another value, or omit it for the default.");
            }
        }
    }

    /** @param executor disconnects clients, because that may block */
    EventStreamEndpoint(List<EventFeed> feeds, Settings settings, Executor executor) {
        this.feeds = List.copyOf(feeds);
        this.settings = settings;
        this.clientSlots = new Semaphore(settings.maxClients());
        this.executor = executor;
    }

    /** Serves one client, on the thread of its request, until it leaves, is disconnected, or this is closed. */
    void serve(Context context) throws IOException {
        if (!clientSlots.tryAcquire()) {
            refuse(context);
            return;
        }
        StreamClient client =
                new StreamClient(context, new ClientBuffer(settings.bufferedEvents(), MAX_BUFFERED_BYTES));
        try {
            if (!join(client)) {
                JsonResponses.error(context, 503, "This process is stopping.");
                return;
            }
            List<byte[]> snapshots = new ArrayList<>();
            for (EventFeed feed : feeds) {
                snapshots.add(ServerSentEvents.first("snapshot", feed.snapshot()));
            }
            context.contentType(CONTENT_TYPE);
            client.write(snapshots, settings.heartbeat());
        } catch (IOException e) {
            LOG.debug("The diagnostics client {} has disconnected.", client, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            leave(client);
            clientSlots.release();
        }
    }

    /** Answers a HEAD request: what a stream would begin with now, without one. */
    void head(Context context) throws IOException {
        if (clientSlots.availablePermits() == 0) {
            refuse(context);
        } else {
            context.contentType(CONTENT_TYPE);
            context.res().flushBuffer(); // without a length, as that of a stream is not known
        }
    }

    private static void refuse(Context context) {
        context.header("Retry-After", "30");
        JsonResponses.error(
                context,
                503,
                "The maximum number of clients is connected to this stream. Close another stream, or connect again "
                        + "later.");
    }

    /** Ends every stream, also those that are blocked in a write, and accepts no more. */
    void close() {
        synchronized (membership) {
            closed = true;
            unsubscribe();
        }
        clients.forEach(StreamClient::disconnect);
    }

    private boolean join(StreamClient client) {
        synchronized (membership) {
            if (closed) {
                return false;
            }
            clients.add(client);
            if (subscriptions.isEmpty()) {
                subscribe();
            }
            return true;
        }
    }

    private void subscribe() {
        List<AutoCloseable> opened = new ArrayList<>();
        subscriptions = opened;
        try {
            feeds.forEach(feed -> opened.add(feed.subscribe(this::publish)));
        } catch (Throwable e) { // of the application's feed
            unsubscribe();
            throw e;
        }
    }

    private void leave(StreamClient client) {
        synchronized (membership) {
            clients.remove(client);
            if (clients.isEmpty()) {
                unsubscribe();
            }
        }
    }

    private void unsubscribe() {
        List<AutoCloseable> opened = subscriptions;
        subscriptions = List.of();
        for (AutoCloseable open : opened) {
            try {
                open.close();
            } catch (Throwable e) { // of the application's feed
                failures.add(open.getClass().getName(), e);
            }
        }
    }

    private void publish(DiagnosticsEvent event) {
        if (event.isLoss()) {
            LOG.warn(
                    "A diagnostics feed lost events; every stream ends, and clients have to connect again: {}",
                    event.json(false));
            // not on the thread of the feed, which closing the subscription may wait for
            execute(this::endAll);
            return;
        }
        byte[] bytes;
        try {
            bytes = ServerSentEvents.event(event.id(), event.kind(), event.json(settings.showPayloads()));
        } catch (RuntimeException | Error e) {
            LOG.warn("The event {} could not be encoded; every diagnostics stream ends.", event, e);
            clients.forEach(this::disconnect);
            return;
        }
        for (StreamClient client : clients) {
            if (!client.offer(bytes)) {
                LOG.info(
                        "The diagnostics client {} was disconnected: it is too slow, more than {} events or {} bytes were "
                                + "buffered for it.",
                        client,
                        settings.bufferedEvents(),
                        MAX_BUFFERED_BYTES);
                disconnect(client);
            }
        }
    }

    private void disconnect(StreamClient client) {
        client.close();
        execute(client::disconnect);
    }

    private void endAll() {
        synchronized (membership) {
            unsubscribe();
        }
        clients.forEach(StreamClient::disconnect);
    }

    private void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("The diagnostics server is stopping and closes every connection itself.", e);
        }
    }
}
