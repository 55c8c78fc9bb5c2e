package io.taskqueue.diagnostics;

import java.util.function.Consumer;

/**
 * Provides what {@code /diagnostics/taskqueue} streams: the state of a dispatcher or a sink service, and then its events. A server
 * may have several feeds.
 *
 * <p>An event that is not in a snapshot must be delivered to every subscription that existed before the snapshot was taken. The
 * server subscribes first and takes the snapshot then, so that a client misses nothing; it may receive an event that the snapshot
 * already contains, which it recognizes by the id.
 *
 * <p>Thread-safe. The server has at most one subscription at a time, and only while clients are connected.
 */
public interface EventFeed {

    /** The current state, as one JSON value without payloads. Called once for each client, on the thread of its request. */
    String snapshot();

    /**
     * Delivers every event from now on, in the order of its queue, until the subscription is closed. A feed that loses events, for
     * example because a buffer overflowed, delivers {@link DiagnosticsEvent#lost}.
     *
     * @param consumer never blocks and never throws; encodes the event. Threads may deliver events of different queues concurrently
     * @return the subscription; closing it again has no effect
     */
    AutoCloseable subscribe(Consumer<DiagnosticsEvent> consumer);
}
