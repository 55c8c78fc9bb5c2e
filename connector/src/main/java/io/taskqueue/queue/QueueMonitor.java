package io.taskqueue.queue;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The one lock that guards a queue, and what its threads wait for. */
final class QueueMonitor {

    private final String queue;
    private final ReentrantLock lock = new ReentrantLock();

    /** A task is pending. One waiter is woken for one task. */
    final Condition work = lock.newCondition();

    /** There is room below the capacity. */
    final Condition room = lock.newCondition();

    /** No lease is held, or the queue's life changed. */
    final Condition quiet = lock.newCondition();

    private final Condition sweep = lock.newCondition();
    private boolean sweeperSleeps;
    private long sweeperWakesAt;

    QueueMonitor(String queue) {
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

    /** Lets the sweeper sleep until the time comes, or until something is due earlier. */
    void awaitSweep(QueueClock clock, long until) throws InterruptedException {
        long left = until - clock.nanos();
        sweeperWakesAt = until;
        sweeperSleeps = true;
        while (sweeperSleeps && left > 0) {
            left = sweep.awaitNanos(left);
        }
        sweeperSleeps = false;
    }

    /** Something is due at that time. */
    void sweepBy(long due) {
        if (sweeperSleeps && due - sweeperWakesAt < 0) {
            sweepNow();
        }
    }

    void sweepNow() {
        sweeperSleeps = false;
        sweep.signal();
    }

    void wakeEveryone() {
        work.signalAll();
        room.signalAll();
        quiet.signalAll();
        sweepNow();
    }
}
