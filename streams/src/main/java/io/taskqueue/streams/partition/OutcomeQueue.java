package io.taskqueue.streams.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Outcomes passed from the workers to the stream thread, in order. Thread-safe; bounded by what is in flight. */
final class OutcomeQueue {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private List<Outcome> waiting = new ArrayList<>();

    void add(Outcome outcome) {
        lock.lock();
        try {
            waiting.add(outcome);
            if (waiting.size() == 1) {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Removes all there are, and returns them. */
    List<Outcome> takeAll() {
        lock.lock();
        try {
            if (waiting.isEmpty()) {
                return List.of();
            }
            List<Outcome> taken = waiting;
            waiting = new ArrayList<>();
            changed.signalAll();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there is one, and returns what is left of the time, in nanoseconds. */
    long awaitAny(long nanos) throws InterruptedException {
        return await(true, nanos);
    }

    /** Waits until all are taken, and returns what is left of the time, in nanoseconds. */
    long awaitEmpty(long nanos) throws InterruptedException {
        return await(false, nanos);
    }

    private long await(boolean any, long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (waiting.isEmpty() == any && left > 0) {
                left = changed.awaitNanos(left);
            }
            return left;
        } finally {
            lock.unlock();
        }
    }
}
