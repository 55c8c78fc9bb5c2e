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
 *
 * <p><b>Requests that wait are granted in runs.</b> Once one waits, places are granted again when a {@value #RUNS}th of the events that the
 * buffer then held have left it. Otherwise each acknowledgement of a full buffer would wake one call, which takes the place and waits again: a
 * switch of threads for each event. What is free when the time limit of a request is reached is granted then, in order.
 */
final class BufferSpace {

    /**
     * What happens to a request for which there is no place.
     *
     * <pre>
     *   WAITING --- endWaiting ---&gt; AT_ONCE --- close ---&gt; REFUSED
     *      |                                                ^
     *      +-------------------- close ---------------------+
     * </pre>
     */
    private enum Admission {
        /** It waits. */
        WAITING,
        /** It returns at once. */
        AT_ONCE,
        /** It fails, like every request. */
        REFUSED
    }

    /** Into how many runs the acknowledgements of a full buffer are divided; a buffer of the least size is granted place by place. */
    private static final int RUNS = BufferLimits.LEAST_EVENTS;

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
    private final SharedSpace shared;
    private final EventBuffer<?> buffer;
    private boolean awaitsShared;
    private final Deque<Waiter> waiters = new ArrayDeque<>();
    private int reserved;
    private int events;
    private int eventsOfNextRun; // requests that wait are granted once the buffer holds no more events than these
    private long bytes;
    private Admission admission = Admission.WAITING;
    private @Nullable Supplier<QueueClosedException> refusal;

    BufferSpace(ReentrantLock lock, int maxPlaces, long maxBytes, SharedSpace shared, EventBuffer<?> buffer) {
        this.lock = lock;
        this.maxPlaces = maxPlaces;
        this.maxBytes = maxBytes;
        this.shared = shared;
        this.buffer = buffer;
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
        if (waiters.size() == 1) {
            beginRun();
        }
        awaitShared();
        try {
            long left = timeoutNanos;
            while (!waiter.isGranted && mayWait() && left > 0) {
                left = waiter.granted.awaitNanos(left);
            }
            if (left <= 0) {
                grantRun(); // what is free, although the next run is not due
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

    private void beginRun() {
        eventsOfNextRun = events - Math.max(1, events / RUNS);
    }

    void release(int places) {
        reserved -= places;
        grant();
    }

    void occupied(long eventBytes, boolean fromReserved) {
        events++;
        bytes += eventBytes;
        shared.take(eventBytes);
        if (fromReserved) {
            reserved--;
        }
    }

    void vacated(long eventBytes) {
        events--;
        bytes -= eventBytes;
        shared.take(-eventBytes);
        grant();
    }

    /** Fails requests from now on, and those that wait. */
    void close(Supplier<QueueClosedException> reason) {
        if (admission != Admission.REFUSED) {
            admission = Admission.REFUSED;
            refusal = reason;
            waiters.forEach(waiter -> waiter.granted.signal());
        }
    }

    /** Requests that wait return now, and later ones do not wait. */
    void endWaiting() {
        if (admission == Admission.WAITING) {
            admission = Admission.AT_ONCE;
        }
        waiters.forEach(waiter -> waiter.granted.signal());
    }

    /** How many there are. */
    int places() {
        return maxPlaces;
    }

    /** Grants places to requests that wait, as far as there is room; returns whether some still wait. */
    boolean grantWaiting() {
        grantRun();
        awaitsShared = !waiters.isEmpty();
        return awaitsShared;
    }

    /** Is notified of room that other queues make, if that is what is missing. */
    private void awaitShared() {
        if (!awaitsShared && !shared.admits(bytes)) {
            awaitsShared = true;
            shared.awaitRoom(buffer);
            grantRun(); // what was made before that
        }
    }

    long bytes() {
        return bytes;
    }

    int events() {
        return events;
    }

    /** The share that is taken, of places or of bytes, whichever is larger. */
    double used() {
        return Math.max((events + reserved) / (double) maxPlaces, bytes / (double) maxBytes);
    }

    private boolean mayWait() {
        return admission == Admission.WAITING;
    }

    private void requireOpen() {
        if (refusal != null) {
            throw refusal.get();
        }
    }

    private boolean fits(int places) {
        return (long) events + reserved + places <= maxPlaces && bytes < maxBytes && shared.admits(bytes);
    }

    private void grant() {
        if (!waiters.isEmpty() && events <= Math.max(0, eventsOfNextRun)) {
            grantRun();
        }
    }

    private void grantRun() {
        while (admission != Admission.REFUSED && !waiters.isEmpty() && fits(waiters.element().places)) {
            Waiter next = waiters.remove();
            reserved += next.places;
            next.isGranted = true;
            next.granted.signal();
        }
        if (!waiters.isEmpty()) {
            beginRun();
        }
    }
}
