package io.taskqueue.source;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.queue.QueueClosedException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The events that Kafka has not acknowledged yet, in order; and their numbers.
 *
 * <pre>
 *   oldest                      unsent                newest
 *     |                           |                     |
 *     v                           v                     v
 *   [ 41 ] -&gt; [ 42 ] -&gt; [ 43 ] -&gt; [ 44 ] -&gt; [ 45 ] -&gt; [ 46 ]
 *     `---- with the producer ---'`-- not handed over yet --'
 *
 *   append   adds behind the newest            take          moves unsent on
 *   acked    removes the oldest                startOver     moves unsent back to the oldest
 * </pre>
 *
 * <p>Thread-safe. {@link #append} takes a lock that no one holds for longer than a few instructions.
 */
final class EventBuffer<T> {

    private final long epoch;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Room room;
    private @Nullable Buffered<T> oldest;
    private @Nullable Buffered<T> unsent;
    private @Nullable Buffered<T> newest;
    private boolean stopped;
    private long dropped;
    private long appended;
    private long awaited;
    private volatile long acknowledged;

    EventBuffer(long epoch, Clock clock, BufferLimits limits) {
        this.epoch = epoch;
        this.clock = clock;
        this.room = new Room(lock, limits.events(), limits.bytes());
    }

    boolean reserve(int places, long timeoutNanos) throws InterruptedException {
        lock.lock();
        try {
            return room.reserve(places, timeoutNanos);
        } finally {
            lock.unlock();
        }
    }

    void release(int places) {
        lock.lock();
        try {
            room.release(places);
        } finally {
            lock.unlock();
        }
    }

    /** Numbers the event and takes it. After {@link #stop} it only counts it as lost. */
    void append(TaskEvent<T> change, byte[] payload, boolean reserved) {
        Instant now = clock.instant();
        lock.lock();
        try {
            Buffered<T> added = new Buffered<>(new Position(epoch, ++appended), now, change, payload);
            if (stopped) {
                dropped++;
                if (reserved) {
                    room.release(1);
                }
                return;
            }
            room.taken(added.bytes(), reserved);
            if (newest == null) {
                oldest = added;
            } else {
                newest.next = added;
            }
            newest = added;
            if (unsent == null) {
                unsent = added;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes events that are to be sent, waiting for the first unless cancelled.
     *
     * @return how much of the time is left; what came meanwhile is in {@code into}
     */
    long take(List<Buffered<T>> into, int max, BooleanSupplier cancelled, long timeoutNanos)
            throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeoutNanos;
            while (unsent == null && left > 0 && !stopped && !cancelled.getAsBoolean()) {
                left = changed.awaitNanos(left);
            }
            while (unsent != null && into.size() < max) {
                into.add(unsent);
                unsent = unsent.next;
            }
            return left;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the event is acknowledged, unless cancelled; returns how much of the time is left. */
    long awaitAcknowledged(Buffered<T> event, BooleanSupplier cancelled, long timeoutNanos)
            throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeoutNanos;
            awaited = event.position.sequence();
            while (acknowledged < awaited && left > 0 && !stopped && !cancelled.getAsBoolean()) {
                left = changed.awaitNanos(left);
            }
            return left;
        } finally {
            lock.unlock();
        }
    }

    /** Lets time pass, unless the buffer is stopped. */
    void pause(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (left > 0 && !stopped) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Begins again with the oldest event: none of those with the producer is on its way any more. */
    void startOver() {
        lock.lock();
        try {
            unsent = oldest;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Removes the oldest event, which Kafka has acknowledged.
     *
     * @return whether the event is the oldest; if not, nothing has changed
     */
    boolean acknowledged(Buffered<T> event) {
        lock.lock();
        try {
            if (oldest != event) {
                return false;
            }
            oldest = event.next;
            if (oldest == null) {
                newest = null;
            }
            acknowledged = event.position.sequence();
            room.left(event.bytes());
            if (oldest == null || acknowledged == awaited) {
                changed.signalAll();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until every event is acknowledged, no longer than told; returns whether that is so. */
    boolean awaitEmpty(long timeoutNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeoutNanos;
            while (oldest != null && !stopped && left > 0) {
                left = changed.awaitNanos(left);
            }
            return oldest == null;
        } finally {
            lock.unlock();
        }
    }

    /** Gives no more places: whoever asks for one, or waits for one, gets the error. */
    void refuse(Supplier<QueueClosedException> reason) {
        lock.lock();
        try {
            room.close(reason);
        } finally {
            lock.unlock();
        }
    }

    void endWaiting() {
        lock.lock();
        try {
            room.endWaiting();
        } finally {
            lock.unlock();
        }
    }

    /** Ends it: what is here will not be sent, and what comes is counted only. */
    void stop() {
        lock.lock();
        try {
            stopped = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Makes whoever waits ask again whether it is cancelled. */
    void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Events that Kafka has not acknowledged. */
    int size() {
        lock.lock();
        try {
            return room.events();
        } finally {
            lock.unlock();
        }
    }

    /** Events that were not acknowledged and, after {@link #stop}, will not be. */
    long unacknowledged() {
        lock.lock();
        try {
            return room.events() + dropped;
        } finally {
            lock.unlock();
        }
    }

    boolean isStopped() {
        lock.lock();
        try {
            return stopped;
        } finally {
            lock.unlock();
        }
    }

    /** When the oldest event was taken, if there is one. */
    Optional<Instant> oldestTaken() {
        lock.lock();
        try {
            return oldest == null ? Optional.empty() : Optional.of(oldest.recordedAt);
        } finally {
            lock.unlock();
        }
    }

    Position appendedUpTo() {
        lock.lock();
        try {
            return new Position(epoch, appended);
        } finally {
            lock.unlock();
        }
    }

    Position acknowledgedUpTo() {
        return new Position(epoch, acknowledged);
    }
}
