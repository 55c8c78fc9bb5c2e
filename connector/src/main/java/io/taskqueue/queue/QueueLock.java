package io.taskqueue.queue;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The one lock that guards a queue, and the conditions that its threads wait for. */
final class QueueLock {

    private final String queue;
    private final ReentrantLock lock = new ReentrantLock();

    /** A task is pending. One waiter is signalled for one task. */
    final Condition taskPending = lock.newCondition();

    /** Fewer tasks than the capacity are pending or delayed. */
    final Condition capacityFree = lock.newCondition();

    /** No lease is held, or the queue's lifecycle advanced. */
    final Condition noLeases = lock.newCondition();

    private final Condition sweepDue = lock.newCondition();
    private boolean sweeperSleeps;
    private long sweeperWakesAt;

    QueueLock(String queue) {
        this.queue = queue;
    }

    /**
     * Takes the lock.
     *
     * @param call what the caller calls, for the error
     * @throws IllegalStateException if the thread already holds it: then a listener is calling back
     */
    void enter(String call) {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("A listener of queue " + queue + " called " + call
                    + " from inside an event. Listeners run inside the queue's lock and must not call back: hand the "
                    + "event to another thread.");
        }
        lock.lock();
    }

    void exit() {
        lock.unlock();
    }

    /** Puts the sweeper to sleep until that time, which is as far away as given, or until something is due earlier. */
    void awaitSweep(long until, long nanos) throws InterruptedException {
        long left = nanos;
        sweeperWakesAt = until;
        sweeperSleeps = true;
        try {
            while (sweeperSleeps && left > 0) {
                left = sweepDue.awaitNanos(left);
            }
        } finally {
            sweeperSleeps = false;
        }
    }

    /** Wakes the sweeper if it would sleep beyond that time. */
    void sweepBy(long due) {
        if (sweeperSleeps && due - sweeperWakesAt < 0) {
            sweepNow();
        }
    }

    void sweepNow() {
        sweeperSleeps = false;
        sweepDue.signal();
    }

    void wakeAll() {
        taskPending.signalAll();
        capacityFree.signalAll();
        noLeases.signalAll();
        sweepNow();
    }
}
