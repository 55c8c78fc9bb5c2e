package io.taskqueue.queue.background;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Calls that run in the order in which they were added, one at a time, on the threads that all queues share; a bounded number wait.
 * After each call, a thread serves the next queue. Thread-safe.
 */
public final class SerialCalls {

    private final int capacity;
    private final Runnable next = SharedThreads.inContext(this::runNext);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private final Queue<Runnable> waiting = new ArrayDeque<>(); // grows as needed, up to the capacity
    private boolean scheduled;
    private boolean closed;
    private @Nullable Thread running;

    /** @param capacity how many calls may wait, besides the one that runs */
    public SerialCalls(int capacity) {
        this.capacity = capacity;
    }

    /**
     * Adds a call. Never blocks.
     *
     * @param call must not throw
     * @return false if as many wait as may, or no more are accepted
     * @throws Error if there is no thread for it; it is not added then
     */
    public boolean add(Runnable call) {
        lock.lock();
        try {
            if (closed || waiting.size() == capacity) {
                return false;
            }
            if (!scheduled) {
                SharedThreads.CALLS.execute(next); // it waits for the lock, and so finds the call
                scheduled = true;
            }
            waiting.add(call);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void runNext() {
        Runnable call = take();
        if (call != null) {
            call.run();
        }
        lock.lock();
        try {
            running = null;
            if (waiting.isEmpty() || !hasThread()) {
                scheduled = false;
                idle.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Runnable take() {
        lock.lock();
        try {
            running = Thread.currentThread();
            return waiting.poll();
        } finally {
            lock.unlock();
        }
    }

    /** Has the next call run; what waits stays where there is no thread for it, until a call is added. */
    private boolean hasThread() {
        try {
            SharedThreads.CALLS.execute(next);
            return true;
        } catch (RuntimeException | Error e) {
            return false;
        }
    }

    /**
     * Accepts no more calls, and waits until those that were added have run; one that closes its own queue is not waited for. An
     * interruption ends the waiting and is kept.
     *
     * @return whether all have run, apart from the one that called this
     */
    public boolean close(long limitNanos) {
        lock.lock();
        try {
            closed = true;
            long left = limitNanos;
            while (scheduled && running != Thread.currentThread() && left > 0) {
                left = idle.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        return hasFinished();
    }

    private boolean hasFinished() {
        lock.lock();
        try {
            return !scheduled || running == Thread.currentThread();
        } finally {
            lock.unlock();
        }
    }

    /** How many calls wait. */
    public int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }
}
