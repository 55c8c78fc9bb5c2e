package io.taskqueue.source;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.queue.Ticker;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A subscription whose events wait in memory.
 *
 * <p>Its queue holds the events and, once the subscription has ended, an empty element behind them, which stays there: a reader
 * that reaches it looks at the error.
 */
final class BufferedSubscription<T> implements EventSubscription<T> {

    private final String queueName;
    private final int capacity;
    private final Consumer<BufferedSubscription<T>> onEnd;
    private final BlockingQueue<Optional<ReplicationEvent<T>>> events = new LinkedBlockingQueue<>();
    private boolean ended;
    private @Nullable IllegalStateException error;

    /** @param onEnd called when the subscription accepts no more events */
    BufferedSubscription(String queueName, int capacity, Consumer<BufferedSubscription<T>> onEnd) {
        if (capacity < 1) {
            throw new IllegalArgumentException(
                    "The capacity of a subscription is " + capacity + ". Set it to at least 1 event.");
        }
        this.queueName = queueName;
        this.capacity = capacity;
        this.onEnd = onEnd;
    }

    /** Adds an event, or ends the subscription if there is no room. Never waits for the reader. */
    void offer(ReplicationEvent<T> event) {
        synchronized (this) {
            if (ended) {
                return;
            }
            if (events.size() < capacity) {
                events.add(Optional.of(event));
                return;
            }
        }
        end(new SubscriptionOverflowException(queueName, capacity, event.position()));
    }

    /** Accepts no more events; behind those that wait, the reader gets the error, if there is one. */
    void end(@Nullable IllegalStateException cause) {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            error = cause;
            events.add(Optional.empty());
        }
        onEnd.accept(this);
    }

    @Override
    public Optional<ReplicationEvent<T>> poll(Duration timeout) throws InterruptedException {
        Optional<ReplicationEvent<T>> next = events.poll(Ticker.limitNanos(timeout), TimeUnit.NANOSECONDS);
        if (next == null) {
            return Optional.empty();
        }
        if (next.isEmpty()) {
            events.add(next);
            requireNoError();
        }
        return next;
    }

    private synchronized void requireNoError() {
        if (error != null) {
            throw error;
        }
    }

    @Override
    public synchronized boolean ended() {
        Optional<ReplicationEvent<T>> next = events.peek();
        return ended && error == null && (next == null || next.isEmpty());
    }

    @Override
    public Iterator<ReplicationEvent<T>> iterator() {
        return new Iterator<>() {
            private @Nullable ReplicationEvent<T> ahead;

            @Override
            public boolean hasNext() {
                try {
                    while (ahead == null && !ended()) {
                        ahead = poll(Duration.ofDays(1)).orElse(null);
                    }
                    return ahead != null;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    CancellationException cancelled =
                            new CancellationException("Reading the events of queue " + queueName + " was interrupted.");
                    cancelled.initCause(e);
                    throw cancelled;
                }
            }

            @Override
            public ReplicationEvent<T> next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("The subscription to queue " + queueName + " has ended.");
                }
                ReplicationEvent<T> event = Objects.requireNonNull(ahead);
                ahead = null;
                return event;
            }
        };
    }

    @Override
    public void close() {
        end(null);
        synchronized (this) {
            events.clear();
            error = null;
            events.add(Optional.empty());
        }
    }
}
