package io.taskqueue.streams;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The way from the workers to the stream thread, in order. Thread-safe; unbounded, because what is in flight is bounded. */
final class Handover<E> {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private List<E> waiting = new ArrayList<>();

    void add(E handed) {
        lock.lock();
        try {
            waiting.add(handed);
            if (waiting.size() == 1) {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes all there is. */
    List<E> take() {
        lock.lock();
        try {
            if (waiting.isEmpty()) {
                return List.of();
            }
            List<E> taken = waiting;
            waiting = new ArrayList<>();
            changed.signalAll();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Whether there is something to take. */
    boolean waits() {
        lock.lock();
        try {
            return !waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there is something, and returns what is left of the time, in nanoseconds. */
    long awaitSome(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (waiting.isEmpty() && left > 0) {
                left = changed.awaitNanos(left);
            }
            return left;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all is taken, and returns what is left of the time, in nanoseconds. */
    long awaitTaken(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (!waiting.isEmpty() && left > 0) {
                left = changed.awaitNanos(left);
            }
            return left;
        } finally {
            lock.unlock();
        }
    }
}
