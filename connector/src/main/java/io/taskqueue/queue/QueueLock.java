package io.taskqueue.queue;

import io.taskqueue.queue.background.Alarm;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The one lock that guards a queue, and the conditions that its threads wait for. */
final class QueueLock {

    private final String queue;
    private final ReentrantLock lock = new ReentrantLock();

    /** Calls that wait until a task is pending, and leases are granted. */
    final WaitingCalls leases;

    /** Calls that wait until fewer tasks than the capacity are pending or delayed. */
    final WaitingCalls enqueues;

    /** Calls that wait until there is capacity for several tasks at once. */
    final WaitingCalls batches;

    /** No lease is held, or the queue's lifecycle advanced. */
    final Condition noLeases = lock.newCondition();

    /** When the queue is swept while nobody calls it. */
    final Alarm nextSweep;

    /**
     * @param time the time of the limits of calls that wait
     * @param failures those of scheduling a sweep
     */
    QueueLock(String queue, QueueSettings.TimeSource time, CallbackFailures failures) {
        this.queue = queue;
        this.leases = new WaitingCalls(lock.newCondition(), time);
        this.enqueues = new WaitingCalls(lock.newCondition(), time);
        this.batches = new WaitingCalls(lock.newCondition(), time);
        this.nextSweep = new Alarm(failure -> failures.add("scheduling a sweep", failure));
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

    /** Takes the lock if no thread holds it. */
    boolean tryEnter() {
        return !lock.isHeldByCurrentThread() && lock.tryLock();
    }

    void wakeAll() {
        wakeWaiting();
        nextSweep.now();
    }

    /** Lets everyone who waits check again what it waits for, and its time limit. */
    void wakeWaiting() {
        leases.wakeAll();
        enqueues.wakeAll();
        batches.wakeAll();
        noLeases.signalAll();
    }
}
