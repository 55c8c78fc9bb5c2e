package io.taskqueue.streams.execution;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Platform threads that run work in the order in which it was submitted, up to a number of threads side by side. Thread-safe.
 *
 * <p>Threads are woken one after the other: a thread that was woken wakes the next one when it runs and there is more to do.
 * Waking a thread takes longer than a small effect, so that the threads awake complete many of them in the meantime;
 * {@code ThreadPoolExecutor} wakes a thread for each (decision 0023 has the figures).
 */
final class WorkerPool implements Executor, AutoCloseable {

    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private final Set<Thread> threads = new HashSet<>();
    private final int most;
    private final ThreadFactory factory;
    private int idle;
    private boolean waking;
    private boolean closed;

    WorkerPool(int most, ThreadFactory factory) {
        this.most = most;
        this.factory = factory;
    }

    /** @throws RejectedExecutionException after the pool was closed */
    @Override
    public synchronized void execute(Runnable work) {
        if (closed) {
            throw new RejectedExecutionException("The workers were closed.");
        }
        waiting.add(work);
        wakeOne();
    }

    /** Interrupts running work; waiting work is discarded. */
    @Override
    public synchronized void close() {
        closed = true;
        waiting.clear();
        threads.forEach(Thread::interrupt);
        notifyAll();
    }

    private void wakeOne() {
        if (waking || waiting.isEmpty()) {
            return;
        }
        if (idle > 0) {
            waking = true;
            notify();
        } else if (threads.size() < most) {
            Thread thread = factory.newThread(this::work);
            thread.start();
            threads.add(thread);
            waking = true;
        }
    }

    private void work() {
        try {
            arrived();
            for (Runnable next = next(); next != null; next = next()) {
                next.run();
            }
        } finally {
            leave();
        }
    }

    private synchronized @Nullable Runnable next() {
        while (waiting.isEmpty() && !closed) {
            idle++;
            try {
                wait();
            } catch (InterruptedException late) {
                // it was meant for work that is done, or for the close, which is checked next
            } finally {
                idle--;
            }
            arrived();
        }
        Runnable next = waiting.poll();
        wakeOne();
        return next;
    }

    /** Called for threads that were not woken, too; at worst one thread too many is woken then. */
    private synchronized void arrived() {
        waking = false;
    }

    /** If work terminates its thread, another thread runs the remaining work. */
    private synchronized void leave() {
        threads.remove(Thread.currentThread());
        wakeOne();
    }
}
