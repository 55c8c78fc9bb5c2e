package io.taskqueue.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients of an event stream: at most so many, each with a bounded buffer and the thread of its request.
 *
 * <pre>
 *   any thread                 thread of the client's request
 *   offer -> ClientBuffer      ClientBuffer -> connection
 * </pre>
 *
 * <p>{@link #offer} neither waits nor uses a connection. A client whose buffer overflows is disconnected. Thread-safe.
 */
public final class StreamClients {

    /** How many bytes are buffered for a client. */
    public static final long MAX_BUFFERED_BYTES = 4L * 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(StreamClients.class);
    private static final String CONTENT_TYPE = "text/event-stream; charset=utf-8";

    private final Settings settings;
    private final Executor executor;
    private final Semaphore slots;
    private final Set<StreamClient> connected = ConcurrentHashMap.newKeySet();

    /**
     * The settings of a stream.
     *
     * @param service whose stream it is, as messages name it: {@code diagnostics}
     * @param heartbeat how long a stream is idle before a comment is sent, 1 ms to 25 s
     * @param maxClients how many clients may be connected at the same time
     * @param bufferedEvents how many events may be buffered for a client before it is disconnected
     */
    public record Settings(String service, Duration heartbeat, int maxClients, int bufferedEvents) {

        private static final Duration MAX_HEARTBEAT = Duration.ofSeconds(25);

        /** @throws IllegalArgumentException if a setting is out of range */
        public Settings {
            if (heartbeat.toMillis() < 1 || heartbeat.compareTo(MAX_HEARTBEAT) > 0) {
                throw new IllegalArgumentException(
                        "The heartbeat of the " + service + " stream must be 1 ms to 25 s, but it is " + heartbeat
                                + ". Set another value, or omit it for the default.");
            }
            requirePositive(service, "maxStreamClients", maxClients);
            requirePositive(service, "bufferedEvents", bufferedEvents);
        }

        private static void requirePositive(String service, String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(
                        "The setting " + name + " of the " + service + " must be at least 1, but it is " + value
                                + ". Set another value, or omit it for the default.");
            }
        }
    }

    /** What a client takes part in while it is connected. */
    public interface Subscription {

        /**
         * Lets the client receive events from now on. Called on the thread of its request.
         *
         * @return the bytes that its stream begins with; null if the stream has ended
         */
        @Nullable
        List<byte[]> join(StreamClient client);

        /** The client receives no more events. Called also if {@link #join} failed or returned null. */
        void leave(StreamClient client);
    }

    /** @param executor disconnects clients, because that may block */
    public StreamClients(Settings settings, Executor executor) {
        this.settings = settings;
        this.executor = executor;
        this.slots = new Semaphore(settings.maxClients());
    }

    /** Serves one client, on the thread of its request, until it leaves or is disconnected. */
    public void serve(Context context, Subscription subscription) throws IOException {
        if (!slots.tryAcquire()) {
            refuse(context);
            return;
        }
        StreamClient client =
                new StreamClient(context, new ClientBuffer(settings.bufferedEvents(), MAX_BUFFERED_BYTES));
        connected.add(client);
        try {
            List<byte[]> first = subscription.join(client);
            if (first == null) {
                JsonResponses.error(context, 503, "This process is stopping.");
                return;
            }
            context.contentType(CONTENT_TYPE);
            client.write(first, settings.heartbeat());
        } catch (IOException e) {
            LOG.debug("The client {} of the {} has disconnected.", client, settings.service(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connected.remove(client);
            subscription.leave(client);
            slots.release();
        }
    }

    /** Answers a HEAD request: what a stream would begin with now, without one. */
    public void head(Context context) throws IOException {
        if (slots.availablePermits() == 0) {
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

    /** Offers an event to a client, and disconnects the client if it is too slow. Never waits. */
    public void offer(StreamClient client, byte[] event) {
        if (!client.offer(event)) {
            LOG.info(
                    "The client {} of the {} was disconnected: it is too slow, more than {} events or {} bytes were buffered for it.",
                    client,
                    settings.service(),
                    settings.bufferedEvents(),
                    MAX_BUFFERED_BYTES);
            disconnect(client);
        }
    }

    /** Ends the stream of a client, without waiting for that. */
    public void disconnect(StreamClient client) {
        client.close();
        execute(client::disconnect);
    }

    /** Ends every stream, also those that are blocked in a write. May block. */
    public void disconnectAll() {
        connected.forEach(StreamClient::disconnect);
    }

    /** Runs something that may block, on a thread of the server. */
    public void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("The server of the {} is stopping and closes every connection itself.", settings.service(), e);
        }
    }
}
