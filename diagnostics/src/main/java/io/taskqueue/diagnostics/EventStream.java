package io.taskqueue.diagnostics;

import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the feed's events to everyone who watches.
 *
 * <pre>
 *   feed's thread                               each watcher's thread
 *   event -> bytes (once) -> outbox, outbox …   outbox -> connection
 * </pre>
 *
 * <p>The feed's thread neither waits nor touches a connection. It is subscribed to while someone watches.
 */
final class EventStream {

    private static final Logger LOG = LoggerFactory.getLogger(DiagnosticsServer.class);
    private static final long MAX_BYTES = 4L * 1024 * 1024;

    private final DiagnosticsFeed feed;
    private final boolean showPayloads;
    private final Duration heartbeat;
    private final int bufferedEvents;
    private final Semaphore places;
    private final Executor executor;

    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
    private final Object membership = new Object();
    private @Nullable AutoCloseable subscription;
    private boolean closed;

    EventStream(DiagnosticsFeed feed, DiagnosticsServer.Builder settings, Executor executor) {
        this.feed = feed;
        this.showPayloads = settings.showPayloads;
        this.heartbeat = settings.heartbeat;
        this.bufferedEvents = settings.bufferedEvents;
        this.places = new Semaphore(settings.maxWatchers);
        this.executor = executor;
    }

    /** Serves one watcher, on the request's thread, until it leaves, is cut off, or the stream is closed. */
    void serve(Context context) throws IOException {
        if (!places.tryAcquire()) {
            context.header("Retry-After", "30");
            Answers.error(
                    context,
                    503,
                    "As many watch this process as it allows. Close another stream of it, or try again later.");
            return;
        }
        Watcher watcher = new Watcher(context, new Outbox(bufferedEvents, MAX_BYTES));
        try {
            if (!join(watcher)) {
                Answers.error(context, 503, "This process is stopping.");
                return;
            }
            byte[] snapshot = Frame.snapshot(feed.snapshot());
            context.contentType("text/event-stream; charset=utf-8");
            watcher.write(snapshot, heartbeat);
        } catch (IOException e) {
            LOG.debug("The watcher {} is gone.", watcher, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            leave(watcher);
            places.release();
        }
    }

    /** Ends every stream, also those that are stuck in a write, and takes no more. */
    void close() {
        synchronized (membership) {
            closed = true;
            unsubscribe();
        }
        watchers.forEach(Watcher::disconnect);
    }

    private boolean join(Watcher watcher) {
        synchronized (membership) {
            if (closed) {
                return false;
            }
            watchers.add(watcher);
            if (subscription == null) {
                subscription = feed.subscribe(this::publish);
            }
            return true;
        }
    }

    private void leave(Watcher watcher) {
        synchronized (membership) {
            watchers.remove(watcher);
            if (watchers.isEmpty()) {
                unsubscribe();
            }
        }
    }

    private void unsubscribe() {
        AutoCloseable open = subscription;
        subscription = null;
        if (open != null) {
            try {
                open.close();
            } catch (Exception e) {
                LOG.warn("The diagnostics feed could not be unsubscribed from.", e);
            }
        }
    }

    private void publish(DiagnosticsEvent event) {
        if (event.isLoss()) {
            LOG.warn("The diagnostics feed lost events, every stream starts over: {}", event.json(false));
            // not on the feed's thread, which the end of its subscription may wait for
            execute(this::startOver);
            return;
        }
        byte[] frame;
        try {
            frame = Frame.event(event, showPayloads);
        } catch (RuntimeException e) {
            LOG.warn("The event {} could not be shown to those who watch; their streams end.", event, e);
            watchers.forEach(this::cutOff);
            return;
        }
        for (Watcher watcher : watchers) {
            if (!watcher.offer(frame)) {
                LOG.info(
                        "The watcher {} was cut off: more than {} events or {} bytes waited for it.",
                        watcher,
                        bufferedEvents,
                        MAX_BYTES);
                cutOff(watcher);
            }
        }
    }

    private void cutOff(Watcher watcher) {
        watcher.close();
        execute(watcher::disconnect);
    }

    private void startOver() {
        synchronized (membership) {
            unsubscribe();
        }
        watchers.forEach(Watcher::disconnect);
    }

    private void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("The server is stopping and closes every connection itself.", e);
        }
    }
}
