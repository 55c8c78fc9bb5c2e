package io.taskqueue.source;

import io.taskqueue.queue.QueueClosedException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who gets the places in the buffer: as many as there are, in the order they were asked for.
 *
 * <p>A place is taken while it is reserved and while an event is on it. Events that come without a reservation take places
 * beyond the bound. One that asks for many is not overtaken by those that ask for few. All methods need the buffer's lock.
 */
final class Room {

    private static final class Waiter {
        final int places;
        final Condition granted;
        boolean isGranted;

        Waiter(int places, Condition granted) {
            this.places = places;
            this.granted = granted;
        }
    }

    private final ReentrantLock lock;
    private final int maxPlaces;
    private final long maxBytes;
    private final Deque<Waiter> waiters = new ArrayDeque<>();
    private int reserved;
    private int events;
    private long bytes;
    private boolean waitingEnded;
    private @Nullable Supplier<QueueClosedException> closed;

    Room(ReentrantLock lock, int maxPlaces, long maxBytes) {
        this.lock = lock;
        this.maxPlaces = maxPlaces;
        this.maxBytes = maxBytes;
    }

    boolean reserve(int places, long timeoutNanos) throws InterruptedException {
        if (places < 1 || places > maxPlaces) {
            throw new IllegalArgumentException("The buffer holds " + maxPlaces + " events, but " + places
                    + " places were asked for at once. Raise bufferEvents.");
        }
        requireOpen();
        if (waiters.isEmpty() && fits(places)) {
            reserved += places;
            return true;
        }
        return timeoutNanos > 0 && mayWait() && await(new Waiter(places, lock.newCondition()), timeoutNanos);
    }

    private boolean await(Waiter waiter, long timeoutNanos) throws InterruptedException {
        waiters.add(waiter);
        try {
            long left = timeoutNanos;
            while (!waiter.isGranted && mayWait() && left > 0) {
                left = waiter.granted.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            if (waiter.isGranted) {
                reserved -= waiter.places;
            }
            throw e;
        } finally {
            waiters.remove(waiter);
            grant();
        }
        if (!waiter.isGranted) {
            requireOpen();
        }
        return waiter.isGranted;
    }

    void release(int places) {
        reserved -= places;
        grant();
    }

    void taken(long eventBytes, boolean fromReserved) {
        events++;
        bytes += eventBytes;
        if (fromReserved) {
            reserved--;
        }
    }

    void left(long eventBytes) {
        events--;
        bytes -= eventBytes;
        grant();
    }

    /** Refuses whoever asks or waits from now on. */
    void close(Supplier<QueueClosedException> reason) {
        if (closed == null) {
            closed = reason;
            waiters.forEach(waiter -> waiter.granted.signal());
        }
    }

    /** Nobody waits any more, now or later. */
    void endWaiting() {
        waitingEnded = true;
        waiters.forEach(waiter -> waiter.granted.signal());
    }

    int events() {
        return events;
    }

    private boolean mayWait() {
        return closed == null && !waitingEnded;
    }

    private void requireOpen() {
        if (closed != null) {
            throw closed.get();
        }
    }

    private boolean fits(int places) {
        return (long) events + reserved + places <= maxPlaces && bytes < maxBytes;
    }

    private void grant() {
        while (closed == null && !waiters.isEmpty() && fits(waiters.element().places)) {
            Waiter next = waiters.remove();
            reserved += next.places;
            next.isGranted = true;
            next.granted.signal();
        }
    }
}
