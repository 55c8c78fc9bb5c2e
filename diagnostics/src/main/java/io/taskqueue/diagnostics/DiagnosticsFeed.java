package io.taskqueue.diagnostics;

import java.util.function.Consumer;

/**
 * Where the events of {@code /diagnostics/taskqueue} come from: the queue and the source of a dispatcher, or a sink service.
 *
 * <p>Nothing is missed between the two methods as long as an event that a snapshot does not show is handed to every
 * subscription that was there before the snapshot was taken. The server subscribes first; a watcher may therefore see an event
 * that the snapshot already shows, and tells by its id.
 *
 * <p>Thread-safe. The server subscribes at most once at a time, and only while someone watches.
 */
public interface DiagnosticsFeed {

    /** The state now, as one JSON value without payloads. Called once per watcher, on the watcher's own thread. */
    String snapshot();

    /**
     * Hands over every event from now on, in the order of its queue, until the subscription is closed. A feed that cannot, as
     * when its buffer ran over, says so with {@link DiagnosticsEvent#lost}.
     *
     * @param consumer never blocks and never throws; costs the encoding of the event. Events of different queues may be handed
     *     over by different threads at once
     * @return the subscription; closing it twice does nothing
     */
    AutoCloseable subscribe(Consumer<DiagnosticsEvent> consumer);
}
