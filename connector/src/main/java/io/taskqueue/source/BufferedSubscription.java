package io.taskqueue.source;

import io.taskqueue.event.ReplicationEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A subscription whose events wait in memory. */
final class BufferedSubscription<T> implements EventSubscription<T> {

    private final String queueName;
    private final int capacity;
    private final Consumer<BufferedSubscription<T>> onEnd;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<ReplicationEvent<T>> events = new ArrayDeque<>();
    private boolean complete;
    private @Nullable IllegalStateException error;

    /** @param onEnd called when the subscription takes no more events */
    BufferedSubscription(String queueName, int capacity, Consumer<BufferedSubscription<T>> onEnd) {
        if (capacity < 1) {
            throw new IllegalArgumentException(
                    "The capacity of a subscription is " + capacity + ". Give at least 1 event.");
        }
        this.queueName = queueName;
        this.capacity = capacity;
        this.onEnd = onEnd;
    }

    /** Takes an event, or ends the view here if there is no room. Never waits for the reader. */
    void offer(ReplicationEvent<T> event) {
        boolean overflow;
        lock.lock();
        try {
            overflow = !complete && events.size() >= capacity;
            if (!complete && !overflow) {
                events.add(event);
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
        if (overflow) {
            end(new SubscriptionOverflowException(queueName, capacity, event.position()));
        }
    }

    /** Nothing comes any more; after what waits, the reader gets the error, if there is one. */
    void end(@Nullable IllegalStateException cause) {
        lock.lock();
        try {
            if (complete) {
                return;
            }
            complete = true;
            error = cause;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        onEnd.accept(this);
    }

    @Override
    public Optional<ReplicationEvent<T>> poll(Duration timeout) throws InterruptedException {
        return Optional.ofNullable(next(Durations.nanos(timeout)));
    }

    private @Nullable ReplicationEvent<T> next(long timeoutNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeoutNanos;
            while (events.isEmpty() && !complete && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (events.isEmpty() && error != null) {
                throw error;
            }
            return events.poll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean ended() {
        lock.lock();
        try {
            return complete && events.isEmpty() && error == null;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Iterator<ReplicationEvent<T>> iterator() {
        return new Iterator<>() {
            private @Nullable ReplicationEvent<T> ahead;

            @Override
            public boolean hasNext() {
                try {
                    while (ahead == null && !ended()) {
                        ahead = BufferedSubscription.this.next(Long.MAX_VALUE);
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
        lock.lock();
        try {
            events.clear();
            error = null;
        } finally {
            lock.unlock();
        }
    }
}
