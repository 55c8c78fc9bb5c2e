package io.taskqueue.console.api;

import io.taskqueue.http.ServerSentEvents;
import io.taskqueue.http.StreamClient;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The newest events of a queue, and the clients that follow it. A client that was disconnected continues after the last event that it
 * received, if that one is still here:
 *
 * <pre>
 *   dropped | kept: at most {@value #MAX_EVENTS} events and {@value #MAX_BYTES} bytes | the next event
 * </pre>
 *
 * <p>Thread-safe.
 */
final class QueueTail {

    static final int MAX_EVENTS = 1_000;
    static final int MAX_BYTES = 1024 * 1024;

    private final Set<StreamClient> clients = new HashSet<>();
    private final ArrayDeque<Kept> kept = new ArrayDeque<>();
    private long bytes;
    private @Nullable String dropped;

    private static final class Kept {
        private final String id;
        private final byte[] event;

        Kept(String id, byte[] event) {
            this.id = id;
            this.event = event;
        }
    }

    /**
     * Lets a client follow.
     *
     * @param lastId the last event that it received before, or null
     * @return what it receives first: the events after that one, or that they are not here
     */
    synchronized List<byte[]> join(StreamClient client, @Nullable String lastId) {
        clients.add(client);
        if (lastId == null) {
            return List.of();
        }
        List<byte[]> missed = new ArrayList<>();
        boolean known = lastId.equals(dropped);
        for (Kept event : kept) {
            if (known) {
                missed.add(event.event);
            }
            known = known || event.id.equals(lastId);
        }
        return known
                ? missed
                : List.of(ServerSentEvents.event(
                        null,
                        "reset",
                        ConsoleJson.text(new Reset(
                                "The events after " + lastId + " are not kept here. Read the queue again."))));
    }

    /** The data of the event {@code reset}. */
    private record Reset(String reason) {}

    synchronized void leave(StreamClient client) {
        clients.remove(client);
    }

    synchronized boolean isFollowed() {
        return !clients.isEmpty();
    }

    /** Keeps an event and offers it to those that follow, without waiting for them. */
    synchronized void add(String id, byte[] event, BiConsumer<StreamClient, byte[]> offer) {
        kept.add(new Kept(id, event));
        bytes += event.length;
        while (kept.size() > MAX_EVENTS || (bytes > MAX_BYTES && kept.size() > 1)) {
            Kept oldest = kept.remove();
            bytes -= oldest.event.length;
            dropped = oldest.id;
        }
        clients.forEach(client -> offer.accept(client, event));
    }
}
