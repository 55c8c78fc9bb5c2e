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
    private int wanted = 1;

    void add(Outcome outcome) {
        lock.lock();
        try {
            waiting.add(outcome);
            if (waiting.size() == wanted) {
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

    /** Waits until there are a number of them, and returns what is left of the time, in nanoseconds. For the stream thread only. */
    long awaitSome(int number, long nanos) throws InterruptedException {
        lock.lock();
        try {
            wanted = number;
            long left = nanos;
            while (waiting.size() < number && left > 0) {
                left = changed.awaitNanos(left);
            }
            return left;
        } finally {
            wanted = 1;
            lock.unlock();
        }
    }

    /** Waits until all are taken, and returns what is left of the time, in nanoseconds. */
    long awaitEmpty(long nanos) throws InterruptedException {
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
