package io.taskqueue.diagnostics;

import io.javalin.http.Context;
import io.taskqueue.http.ServerSentEvents;
import io.taskqueue.http.StreamClient;
import io.taskqueue.http.StreamClients;
import io.taskqueue.queue.CallbackFailures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /diagnostics/taskqueue}: distributes the events of all feeds to all clients.
 *
 * <pre>
 *   thread of a feed                            thread of each client's request
 *   event -> bytes (once) -> StreamClient, …    StreamClient -> connection
 * </pre>
 *
 * <p>The thread of a feed neither waits nor uses a connection. Each feed has a subscription while clients are connected. Thread-safe.
 */
final class EventStreamEndpoint implements StreamClients.Subscription {

    private static final Logger LOG = LoggerFactory.getLogger(EventStreamEndpoint.class);

    private final List<EventFeed> feeds;
    private final boolean showPayloads;
    private final StreamClients clients;

    private final List<StreamClient> members = new CopyOnWriteArrayList<>();
    private final Object membership = new Object();
    private final CallbackFailures failures =
            new CallbackFailures("Closing a subscription to a diagnostics feed", "the feed may still deliver events");
    private List<AutoCloseable> subscriptions = List.of();
    private boolean closed;

    /** @param showPayloads whether events contain their payloads */
    EventStreamEndpoint(List<EventFeed> feeds, boolean showPayloads, StreamClients clients) {
        this.feeds = List.copyOf(feeds);
        this.showPayloads = showPayloads;
        this.clients = clients;
    }

    /** Serves one client, on the thread of its request, until it leaves, is disconnected, or this is closed. */
    void serve(Context context) throws IOException {
        clients.serve(context, this);
    }

    /** Answers a HEAD request: what a stream would begin with now, without one. */
    void head(Context context) throws IOException {
        clients.head(context);
    }

    /** Ends every stream, also those that are blocked in a write, and accepts no more. */
    void close() {
        synchronized (membership) {
            closed = true;
            unsubscribe();
        }
        clients.disconnectAll();
    }

    @Override
    public @Nullable List<byte[]> join(StreamClient client) {
        synchronized (membership) {
            if (closed) {
                return null;
            }
            members.add(client);
            if (subscriptions.isEmpty()) {
                subscribe();
            }
        }
        // after it has joined, so that no later event is missed
        return feeds.stream()
                .map(feed -> ServerSentEvents.first("snapshot", feed.snapshot()))
                .toList();
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

    @Override
    public void leave(StreamClient client) {
        synchronized (membership) {
            members.remove(client);
            if (members.isEmpty()) {
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
            clients.execute(this::endAll);
            return;
        }
        byte[] bytes;
        try {
            bytes = ServerSentEvents.event(event.id(), event.kind(), event.json(showPayloads));
        } catch (RuntimeException | Error e) {
            LOG.warn("The event {} could not be encoded; every diagnostics stream ends.", event, e);
            members.forEach(clients::disconnect);
            return;
        }
        members.forEach(client -> clients.offer(client, bytes));
    }

    private void endAll() {
        synchronized (membership) {
            unsubscribe();
        }
        clients.disconnectAll();
    }
}
