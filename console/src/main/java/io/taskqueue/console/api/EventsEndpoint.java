package io.taskqueue.console.api;

import io.javalin.http.Context;
import io.taskqueue.console.model.EventView;
import io.taskqueue.console.model.QueueIndex;
import io.taskqueue.console.model.SinkIndex;
import io.taskqueue.console.model.ViewProgress;
import io.taskqueue.http.ServerSentEvents;
import io.taskqueue.http.StreamClient;
import io.taskqueue.http.StreamClients;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /api/v1/events}: how current the console is, each second, and the events of a queue that is followed.
 *
 * <pre>
 *   thread that reads events   EventView -> QueueTail, if its queue is followed -> StreamClient, …
 *   timer                      ViewTick -> StreamClient, …
 * </pre>
 *
 * <p>Neither waits for a client. Thread-safe.
 */
final class EventsEndpoint implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventsEndpoint.class);

    private static final Duration TICK = Duration.ofSeconds(1);

    /** How many queues have a tail: more than clients can follow, so that a tail remains for a client that connects again. */
    static final int MAX_TAILS = 128;

    private final QueueIndex queues;
    private final SinkIndex sinks;
    private final QueueOverview overview;
    private final boolean showPayloads;
    private final StreamClients clients;

    private final List<StreamClient> members = new CopyOnWriteArrayList<>();
    private final Map<String, QueueTail> tails = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer;
    private final AutoCloseable following;
    private boolean closed;

    EventsEndpoint(
            QueueIndex queues, SinkIndex sinks, QueueOverview overview, boolean showPayloads, StreamClients clients) {
        this.queues = queues;
        this.sinks = sinks;
        this.overview = overview;
        this.showPayloads = showPayloads;
        this.clients = clients;
        this.timer = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "taskqueue-console-ticks");
            thread.setDaemon(true);
            return thread;
        });
        this.following = queues.follow(this::publish);
        var unused = timer.scheduleAtFixedRate(this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The data of the event {@code view}. */
    private record ViewTick(ViewProgress queues, ViewProgress sinks, QueueTotals totals) {}

    void serve(Context context) throws IOException {
        String queue = QueryParameters.of(context, "queue").optional("queue");
        clients.serve(context, new Membership(queue, context.header("Last-Event-ID")));
    }

    void head(Context context) throws IOException {
        QueryParameters.of(context, "queue");
        clients.head(context);
    }

    /** What one client takes part in. */
    private final class Membership implements StreamClients.Subscription {

        private final @Nullable String queue;
        private final @Nullable String lastId;

        Membership(@Nullable String queue, @Nullable String lastId) {
            this.queue = queue;
            this.lastId = lastId;
        }

        @Override
        public @Nullable List<byte[]> join(StreamClient client) {
            byte[] view = ServerSentEvents.first("view", tickJson());
            synchronized (EventsEndpoint.this) {
                if (closed) {
                    return null;
                }
                members.add(client);
                List<byte[]> first = new ArrayList<>(List.of(view));
                if (queue != null) {
                    first.addAll(tail(queue).join(client, lastId));
                }
                return first;
            }
        }

        @Override
        public void leave(StreamClient client) {
            synchronized (EventsEndpoint.this) {
                members.remove(client);
                Optional.ofNullable(queue).map(tails::get).ifPresent(tail -> tail.leave(client));
            }
        }
    }

    /** The tail of a queue; one without clients is removed for it where there are too many. Called with the lock. */
    private QueueTail tail(String queue) {
        if (!tails.containsKey(queue) && tails.size() >= MAX_TAILS) {
            tails.entrySet().stream()
                    .filter(tail -> !tail.getValue().isFollowed())
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .ifPresent(tails::remove);
        }
        return tails.computeIfAbsent(queue, name -> new QueueTail());
    }

    private void publish(EventView event) {
        QueueTail tail = tails.get(event.queueName());
        if (tail != null) {
            String id = event.partition() + "-" + event.offset();
            EventView shown = showPayloads ? event : event.withoutPayload();
            tail.add(id, ServerSentEvents.event(id, "change", ConsoleJson.text(shown)), clients::offer);
        }
    }

    private void tick() {
        if (members.isEmpty()) {
            return;
        }
        try {
            byte[] event = ServerSentEvents.event(null, "view", tickJson());
            members.forEach(client -> clients.offer(client, event));
        } catch (RuntimeException e) {
            LOG.warn(
                    "The state of the console could not be sent to its clients; the next attempt follows in a second.",
                    e);
        }
    }

    private String tickJson() {
        return ConsoleJson.text(new ViewTick(queues.progress(), sinks.progress(), overview.totals()));
    }

    /** Ends every stream and accepts no more. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        timer.shutdownNow();
        try {
            following.close();
        } catch (Exception e) {
            LOG.warn("The console could not stop following events.", e);
        }
        clients.disconnectAll();
    }
}
