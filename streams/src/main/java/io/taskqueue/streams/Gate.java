package io.taskqueue.streams;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets workers begin an event, or not, and knows who is inside. Thread-safe.
 *
 * <pre>
 *   open &lt;--- pause, resume ---&gt; paused ---- shut ---&gt; shut (for good; who is inside is interrupted)
 * </pre>
 */
final class Gate {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private final Set<Thread> inside = new HashSet<>();
    private boolean paused;
    private boolean shut;

    /** Enters with the current thread, unless paused or shut. */
    boolean enter() {
        lock.lock();
        try {
            if (paused || shut) {
                return false;
            }
            inside.add(Thread.currentThread());
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Leaves; an interruption of the current thread stays behind, because it was meant for what it did inside. */
    void leave() {
        lock.lock();
        try {
            inside.remove(Thread.currentThread());
            Thread.interrupted();
            if (inside.isEmpty()) {
                idle.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    void pause() {
        lock.lock();
        try {
            paused = true;
        } finally {
            lock.unlock();
        }
    }

    void resume() {
        lock.lock();
        try {
            paused = false;
        } finally {
            lock.unlock();
        }
    }

    boolean paused() {
        lock.lock();
        try {
            return paused;
        } finally {
            lock.unlock();
        }
    }

    /** Lets no one in any more and interrupts who is inside. */
    void shut() {
        lock.lock();
        try {
            shut = true;
            inside.forEach(Thread::interrupt);
        } finally {
            lock.unlock();
        }
    }

    boolean isShut() {
        lock.lock();
        try {
            return shut;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no one is inside, and returns what is left of the time, in nanoseconds; 0 or less if someone still is. */
    long awaitIdle(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (!inside.isEmpty() && left > 0) {
                left = idle.awaitNanos(left);
            }
            return left;
        } finally {
            lock.unlock();
        }
    }
}
