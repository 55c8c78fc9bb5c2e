package io.taskqueue.sink.local;

import io.taskqueue.event.ReplicationEvent;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A bounded channel of events from the threads that read them to the one that applies them: {@link LocalSinkRunner#pump} fills it,
 * {@link LocalSinkRunner#run} over it empties it.
 *
 * <p>Events come out in the order in which they were put. {@link #put} waits while the channel is full. After {@link #close} the reader
 * gets what is in the channel, and then the end. Any number of threads may put and close; one thread reads.
 *
 * <p>What is in the channel is in memory only: let the runner that empties it keep the checkpoints that outlive the process, and the pump
 * that fills it those of {@link io.taskqueue.sink.store.MemoryCheckpointStore}, its default.
 *
 * @param <T> the payload's type
 */
public final class EventChannel<T> implements Iterable<ReplicationEvent<T>>, AutoCloseable {

    private final Semaphore room;

    /** The events, and behind them an empty element once the channel is closed, which stays there. */
    private final BlockingQueue<Optional<ReplicationEvent<T>>> events = new LinkedBlockingQueue<>();

    private boolean closed;

    /** @throws IllegalArgumentException if the capacity is below 1 */
    public EventChannel(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException(
                    "The capacity of an event channel is " + capacity + ". Set it to at least 1 event.");
        }
        this.room = new Semaphore(capacity, true);
    }

    /**
     * Adds an event, waiting while the channel is full.
     *
     * @throws IllegalStateException if the channel is closed, also while the call waits
     */
    public void put(ReplicationEvent<T> event) throws InterruptedException {
        Objects.requireNonNull(event, "event");
        room.acquire();
        if (!add(event)) {
            room.release(); // for the next one that waits
            throw new IllegalStateException("The event channel is closed, so " + event
                    + " was not added. Close the channel when the last event has been put.");
        }
    }

    private synchronized boolean add(ReplicationEvent<T> event) {
        return !closed && events.add(Optional.of(event));
    }

    /** How many events wait for the reader. */
    public synchronized int size() {
        int waiting = events.size();
        return closed ? Math.max(0, waiting - 1) : waiting;
    }

    /** Ends the channel behind the events that are in it. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            events.add(Optional.empty());
            room.release(); // those that wait for room find the channel closed, one after the other
        }
    }

    /**
     * Reads, waiting for the next event or the end. An interrupted wait throws {@link CancellationException} and leaves the thread
     * interrupted. Iterators of one channel share its progress.
     */
    @Override
    public Iterator<ReplicationEvent<T>> iterator() {
        return new Iterator<>() {
            private @Nullable ReplicationEvent<T> ahead;

            @Override
            public boolean hasNext() {
                if (ahead == null) {
                    ahead = take().orElse(null); // null again at the end, which stays there
                }
                return ahead != null;
            }

            @Override
            public ReplicationEvent<T> next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("The event channel is closed, and all its events were read.");
                }
                ReplicationEvent<T> event = Objects.requireNonNull(ahead);
                ahead = null;
                return event;
            }
        };
    }

    private Optional<ReplicationEvent<T>> take() {
        try {
            Optional<ReplicationEvent<T>> next = events.take();
            if (next.isPresent()) {
                room.release();
            } else {
                events.add(next);
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            CancellationException cancelled = new CancellationException("Reading an event channel was interrupted.");
            cancelled.initCause(e);
            throw cancelled;
        }
    }
}
