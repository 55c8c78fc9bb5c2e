package io.taskqueue.sink.effect;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * Which effects of one application run, and whether more may begin. Thread-safe.
 *
 * <pre>
 *   open --- end ---&gt; ending (what runs may end, and is recorded) --- close ---&gt; closed (nothing is recorded)
 * </pre>
 */
final class RunningEffects {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private final Set<String> names = new HashSet<>();
    private volatile boolean open = true;
    private volatile boolean closed;

    /** Whether an effect may begin; it then runs until it leaves. */
    boolean enter(String name) {
        lock.lock();
        try {
            return open && names.add(name);
        } finally {
            lock.unlock();
        }
    }

    void leave(String name) {
        lock.lock();
        try {
            names.remove(name);
            if (names.isEmpty()) {
                idle.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether actions may begin. */
    boolean open() {
        return open;
    }

    /** Whether results are not taken any more. */
    boolean closed() {
        return closed;
    }

    /** Lets nothing begin any more, and returns the names of what runs. */
    Set<String> end() {
        lock.lock();
        try {
            open = false;
            return Set.copyOf(names);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets nothing begin any more, and waits until nothing runs.
     *
     * @param abandoned given whether the thread has been interrupted, whether it is not to wait any longer; asked at first and
     *     after each interruption
     */
    void endAndWait(Predicate<Boolean> abandoned) {
        boolean interrupted = Thread.interrupted();
        lock.lock();
        try {
            open = false;
            while (!names.isEmpty() && !abandoned.test(interrupted)) {
                try {
                    idle.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    void close() {
        end();
        closed = true;
    }
}
