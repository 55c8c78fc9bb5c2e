package io.taskqueue.sink.local;

import io.taskqueue.event.ReplicationEvent;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads events on its own thread, ahead of the thread that applies them, up to a bound.
 *
 * <pre>
 *   events --next()--> reading thread --[ bounded queue ]--> take() by the applying thread
 *                                          Read ... Read, then one End
 * </pre>
 *
 * <p>{@link #take()} and {@link #close()} are called by the applying thread only.
 */
final class EventPrefetcher<T> implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventPrefetcher.class);
    private static final long CLOSE_SECONDS = 2;

    private sealed interface Item<T> {
        record Read<T>(ReplicationEvent<T> event) implements Item<T> {}

        record End<T>(Optional<Throwable> failure) implements Item<T> {}
    }

    private final BlockingQueue<Item<T>> ahead;
    private final Thread thread;

    EventPrefetcher(
            String sink, Iterable<ReplicationEvent<T>> events, int buffer, Consumer<ReplicationEvent<T>> onRead) {
        this.ahead = new ArrayBlockingQueue<>(buffer);
        this.thread = new Thread(() -> read(events, onRead), "taskqueue-sink-" + sink + "-reader");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * The next event, or empty after the last one.
     *
     * @throws RuntimeException the failure of reading, after all events read before
     */
    Optional<ReplicationEvent<T>> take() throws InterruptedException {
        Item<T> item = ahead.take();
        if (item instanceof Item.Read<T> read) {
            return Optional.of(read.event());
        }
        Optional<Throwable> failure = ((Item.End<T>) item).failure();
        if (failure.isEmpty()) {
            return Optional.empty();
        }
        if (failure.get() instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (failure.get() instanceof Error error) {
            throw error;
        }
        throw new IllegalStateException(
                "Reading events failed with a checked exception, which an Iterator cannot declare.", failure.get());
    }

    /** Ends the reading thread. If it is in a call that ignores interruption, it ends when that call returns. */
    @Override
    public void close() {
        thread.interrupt();
        boolean interrupted = Thread.interrupted();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
        } catch (InterruptedException again) {
            interrupted = true;
        }
        if (thread.isAlive()) {
            LOG.warn(
                    "Thread {} is still reading {} s after it was interrupted: the iterator of the events ignores the "
                            + "interruption. The thread ends when next() returns. Close the events to end it now.",
                    thread.getName(),
                    CLOSE_SECONDS);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(Iterable<ReplicationEvent<T>> events, Consumer<ReplicationEvent<T>> onRead) {
        try {
            Item<T> end;
            try {
                Iterator<ReplicationEvent<T>> iterator = events.iterator();
                while (iterator.hasNext()) {
                    ReplicationEvent<T> event = iterator.next();
                    onRead.accept(event);
                    ahead.put(new Item.Read<>(event));
                }
                end = new Item.End<>(Optional.empty());
            } catch (InterruptedException stopped) {
                throw stopped;
            } catch (Throwable failure) { // thrown by take() on the applying thread
                end = new Item.End<>(Optional.of(failure));
            }
            ahead.put(end);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt(); // closed: the end is not needed any more
        }
    }
}
