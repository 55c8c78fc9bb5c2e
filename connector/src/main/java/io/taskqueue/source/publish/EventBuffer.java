package io.taskqueue.source.publish;

import io.micrometer.core.instrument.Counter;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.queue.Journal;
import io.taskqueue.queue.QueueClosedException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The journal of a queue that has a source: gives each event its position, and holds it until Kafka has acknowledged it.
 *
 * <pre>
 *   oldest                      unsent                newest
 *     |                           |                     |
 *     v                           v                     v
 *   [ 41 ] -&gt; [ 42 ] -&gt; [ 43 ] -&gt; [ 44 ] -&gt; [ 45 ] -&gt; [ 46 ]
 *     `---- with the producer ---'`-- not handed over yet --'
 *
 *   append         adds behind the newest      take          advances unsent
 *   acknowledged   removes the oldest          startOver     moves unsent back to the oldest
 * </pre>
 *
 * <p>The publisher is notified when there is something to send ({@link #onReady}) and never waits for a buffer.
 *
 * <p>Thread-safe. {@link #append} takes a lock that no thread holds for longer than a few instructions. After {@link #stop}
 * events are only counted. An append that throws, as when the heap is exhausted, leaves the buffer as it is and counts the event as
 * lost.
 */
public final class EventBuffer<T> implements Journal<T> {

    private final long epoch;
    private final EventPayloads<T> payloads;
    private final SourceTime time;
    private final Counter leasesExpired;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition emptied = lock.newCondition();
    private final SharedSpace shared;
    private final BufferSpace space;
    private volatile BooleanSupplier leaseCondition = () -> true;
    private @Nullable BufferedEvent<T> oldest;
    private @Nullable BufferedEvent<T> unsent;
    private @Nullable BufferedEvent<T> newest;
    private Runnable ready = () -> {};
    private boolean stopped;
    private @Nullable Throwable lost;
    private long dropped;
    private volatile long appended; // written inside the lock
    private volatile long acknowledged;

    /**
     * @param time the time of {@code recordedAt} and of the events' ages
     * @param leasesExpired counts the events of expired leases; never throws
     */
    public EventBuffer(
            long epoch, BufferLimits limits, EventPayloads<T> payloads, SourceTime time, Counter leasesExpired) {
        this(epoch, limits, new SharedSpace(Long.MAX_VALUE), payloads, time, leasesExpired);
    }

    /** @param shared the bytes of all queues of the group */
    public EventBuffer(
            long epoch,
            BufferLimits limits,
            SharedSpace shared,
            EventPayloads<T> payloads,
            SourceTime time,
            Counter leasesExpired) {
        this.epoch = epoch;
        this.payloads = payloads;
        this.time = time;
        this.leasesExpired = leasesExpired;
        this.shared = shared;
        this.space = new BufferSpace(lock, limits.events(), limits.bytes(), shared, this);
        shared.joined();
    }

    @Override
    public long epoch() {
        return epoch;
    }

    @Override
    public byte[] encode(T payload) {
        return payloads.encode(payload);
    }

    @Override
    public boolean reserve(int places, long timeoutNanos) throws InterruptedException {
        lock.lock();
        try {
            return space.reserve(places, timeoutNanos);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int places() {
        return space.places();
    }

    /** Leases are granted only while the condition holds, which never blocks. */
    public void grantLeasesWhile(BooleanSupplier condition) {
        leaseCondition = condition;
    }

    @Override
    public boolean grantsLeases() {
        return leaseCondition.getAsBoolean();
    }

    @Override
    public void release(int places) {
        lock.lock();
        try {
            space.release(places);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void append(TaskEvent<T> change, byte[] payload, boolean reserved) {
        try {
            add(change, payload, reserved);
        } catch (RuntimeException | Error e) {
            lose(e);
            throw e;
        }
        if (change.kind() == EventKind.LEASE_EXPIRED) {
            leasesExpired.increment();
        }
    }

    private void add(TaskEvent<T> change, byte[] payload, boolean reserved) {
        Instant now = time.instant();
        long nanos = time.nanos();
        lock.lock();
        try {
            long sequence = appended + 1;
            BufferedEvent<T> added =
                    new BufferedEvent<>(epoch, sequence, now, nanos, change, payloads.included(change.kind(), payload));
            long bytes = added.bytes();
            appended = sequence; // from here on, nothing can fail
            if (stopped) {
                dropped++;
                if (reserved) {
                    space.release(1);
                }
                return;
            }
            space.occupied(bytes, reserved);
            if (newest == null) {
                oldest = added;
            } else {
                newest.next = added;
            }
            newest = added;
            if (unsent == null) {
                unsent = added;
                ready.run();
            }
        } finally {
            lock.unlock();
        }
    }

    /** An event is lost. It keeps its position, which will not be acknowledged: so no one is told that all is replicated. */
    private void lose(Throwable cause) {
        lock.lock();
        try {
            if (lost == null) {
                lost = cause;
            }
            long sequence = appended + 1;
            appended = sequence;
            dropped++;
            ready.run();
        } finally {
            lock.unlock();
        }
    }

    /** Has the callback run whenever there are events to be sent and there were none before; now, if there are. It must not block. */
    void onReady(Runnable callback) {
        lock.lock();
        try {
            ready = callback;
            if (unsent != null) {
                callback.run();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the next events to be sent, if there are any.
     *
     * @param into receives the events
     * @param maxBytes exceeded by the first event, if that is larger
     * @return whether there are more
     */
    boolean take(List<BufferedEvent<T>> into, int maxEvents, long maxBytes) {
        lock.lock();
        try {
            long bytes = 0;
            while (unsent != null && into.size() < maxEvents) {
                bytes += unsent.bytes();
                if (bytes > maxBytes && !into.isEmpty()) {
                    break;
                }
                into.add(unsent);
                unsent = unsent.next;
            }
            return unsent != null;
        } finally {
            lock.unlock();
        }
    }

    /** Starts again with the oldest event: the producer that held events is closed and sends none of them any more. */
    void startOver() {
        lock.lock();
        try {
            unsent = oldest;
            if (unsent != null) {
                ready.run();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Removes the oldest event, which Kafka has acknowledged.
     *
     * @return false if the event is not the oldest, or the buffer is stopped; nothing has changed then
     */
    boolean acknowledged(BufferedEvent<T> event) {
        lock.lock();
        try {
            if (stopped || oldest != event) {
                return false;
            }
            oldest = event.next;
            if (oldest == null) {
                newest = null;
            }
            acknowledged = event.sequence;
            space.vacated(event.bytes());
            if (oldest == null) {
                emptied.signalAll();
                if (lost != null) {
                    ready.run(); // the publisher reports the loss, now that all before it is acknowledged
                }
            }
        } finally {
            lock.unlock();
        }
        shared.grant();
        return true;
    }

    /** Waits until every event is acknowledged, no longer than the timeout; returns whether that is the case. */
    public boolean awaitEmpty(long timeoutNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeoutNanos;
            while (oldest != null && !stopped && left > 0) {
                left = emptied.awaitNanos(left);
            }
            return oldest == null;
        } finally {
            lock.unlock();
        }
    }

    /** Grants no more places: requests fail with the error, and so do those that wait. */
    public void refuse(Supplier<QueueClosedException> reason) {
        lock.lock();
        try {
            space.close(reason);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void endWaiting() {
        lock.lock();
        try {
            space.endWaiting();
        } finally {
            lock.unlock();
        }
    }

    /** Stops the buffer: what it holds will not be sent, and further events are only counted. */
    public void stop() {
        lock.lock();
        try {
            if (!stopped) {
                stopped = true;
                shared.left(space.bytes());
            }
            emptied.signalAll();
        } finally {
            lock.unlock();
        }
        shared.grant();
    }

    /** Grants places to calls that wait, as far as there is room; returns whether some still wait. */
    boolean grant() {
        lock.lock();
        try {
            return space.grantWaiting();
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

    /** Events that Kafka has not acknowledged. */
    public int size() {
        lock.lock();
        try {
            return space.events();
        } finally {
            lock.unlock();
        }
    }

    /** The share of the buffer that is taken: 1 when no place is granted, and more where events have none. */
    public double used() {
        lock.lock();
        try {
            return space.used();
        } finally {
            lock.unlock();
        }
    }

    /** Events that are not acknowledged and, after {@link #stop}, will not be. */
    public long unacknowledged() {
        lock.lock();
        try {
            return space.events() + dropped;
        } finally {
            lock.unlock();
        }
    }

    /** The events that Kafka has not acknowledged, oldest first. */
    List<BufferedEvent<T>> held() {
        lock.lock();
        try {
            List<BufferedEvent<T>> held = new ArrayList<>();
            for (BufferedEvent<T> event = oldest; event != null; event = event.next) {
                held.add(event);
            }
            return held;
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing more is to be sent: the buffer is stopped, or empty after an event was lost. */
    boolean hasEnded() {
        lock.lock();
        try {
            return ended();
        } finally {
            lock.unlock();
        }
    }

    private boolean ended() {
        return stopped || (lost != null && oldest == null);
    }

    /** Why an event is not in the buffer although it was appended, if there is one. */
    Optional<Throwable> lostEvent() {
        lock.lock();
        try {
            return Optional.ofNullable(lost);
        } finally {
            lock.unlock();
        }
    }

    /**
     * An event that waits for its acknowledgement.
     *
     * @param since when it was appended
     * @param age how long it has waited, by the ticker
     */
    public record Waiting(Instant since, Duration age) {}

    /** The oldest event that is not acknowledged, if there is one. */
    public Optional<Waiting> oldestWaiting() {
        lock.lock();
        try {
            return oldest == null
                    ? Optional.empty()
                    : Optional.of(
                            new Waiting(oldest.recordedAt, Duration.ofNanos(time.nanos() - oldest.appendedNanos)));
        } finally {
            lock.unlock();
        }
    }

    /** The position of the newest event; sequence 0 before the first. */
    public Position appendedUpTo() {
        return new Position(epoch, appended);
    }

    /** The highest position up to which every event is acknowledged. */
    public Position acknowledgedUpTo() {
        return new Position(epoch, acknowledged);
    }

    /** The sequence of {@link #acknowledgedUpTo}. */
    public long acknowledgedSequence() {
        return acknowledged;
    }
}
