package io.taskqueue.queue;

import java.util.concurrent.locks.Condition;

/**
 * Calls that wait for the same: a task to lease, or capacity. They are woken one after the other: one that is woken, acts and finds
 * that there is more, wakes the next. So a burst of tasks wakes as many workers as it keeps busy, and not a worker for each task.
 *
 * <p>Guarded by the queue's lock. While calls wait for something that is there, one of them is on its way, or a thread that holds the lock
 * wakes one before it leaves.
 */
final class WaitingCalls {

    private final Condition woken;
    private final QueueSettings.TimeSource time;
    private int waiting;
    private boolean onItsWay;

    WaitingCalls(Condition woken, QueueSettings.TimeSource time) {
        this.woken = woken;
        this.time = time;
    }

    boolean isEmpty() {
        return waiting == 0;
    }

    /** Waits until this call is woken, no longer than the limit; returns how much of the limit is left. */
    long await(long nanos) throws InterruptedException {
        waiting++;
        try {
            return time.await(woken, nanos);
        } finally {
            waiting--;
            onItsWay = false;
        }
    }

    /** Wakes one call, unless one is on its way. */
    void wakeOne() {
        if (waiting > 0 && !onItsWay) {
            onItsWay = true;
            woken.signal();
        }
    }

    void wakeAll() {
        if (waiting > 0) {
            woken.signalAll();
        }
    }
}
