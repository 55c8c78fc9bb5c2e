package io.taskqueue.source.publish;

import io.taskqueue.queue.QueueClosedException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The places in the buffer: as many as its limit, granted in the order of the requests.
 *
 * <p>A place is taken while it is reserved and while an event occupies it. Events without a reservation take places beyond the
 * limit. A request for many places is not overtaken by requests for few. All methods need the buffer's lock.
 */
final class BufferSpace {

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

    BufferSpace(ReentrantLock lock, int maxPlaces, long maxBytes) {
        this.lock = lock;
        this.maxPlaces = maxPlaces;
        this.maxBytes = maxBytes;
    }

    boolean reserve(int places, long timeoutNanos) throws InterruptedException {
        if (places < 1 || places > maxPlaces) {
            throw new IllegalArgumentException("The buffer holds " + maxPlaces + " events, but " + places
                    + " places were requested at once. Raise bufferEvents.");
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

    void occupied(long eventBytes, boolean fromReserved) {
        events++;
        bytes += eventBytes;
        if (fromReserved) {
            reserved--;
        }
    }

    void vacated(long eventBytes) {
        events--;
        bytes -= eventBytes;
        grant();
    }

    /** Fails requests from now on, and those that wait. */
    void close(Supplier<QueueClosedException> reason) {
        if (closed == null) {
            closed = reason;
            waiters.forEach(waiter -> waiter.granted.signal());
        }
    }

    /** Requests that wait return now, and later ones do not wait. */
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
