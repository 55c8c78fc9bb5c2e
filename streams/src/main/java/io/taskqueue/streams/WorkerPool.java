package io.taskqueue.streams;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Platform threads that run what comes, in its order, up to a number side by side. Thread-safe.
 *
 * <p>They are woken one after the other: the one that is on its way wakes the next when it has come and there is more to do
 * still. To wake a thread takes longer than a small effect, so that those awake are through with many of them meanwhile;
 * {@code ThreadPoolExecutor} wakes a thread for each.
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

    /** Interrupts what runs; what waits never runs. */
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
                // it was meant for work that is done, or for the end, which is asked for next
            } finally {
                idle--;
            }
            arrived();
        }
        Runnable next = waiting.poll();
        wakeOne();
        return next;
    }

    /** Also where nobody woke it, which wakes one too many at worst. */
    private synchronized void arrived() {
        waking = false;
    }

    /** What is left to do when a thread dies of what it ran, another one does. */
    private synchronized void leave() {
        threads.remove(Thread.currentThread());
        wakeOne();
    }
}
