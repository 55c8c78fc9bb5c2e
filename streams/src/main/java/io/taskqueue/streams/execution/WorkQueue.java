package io.taskqueue.streams.execution;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Work that waits for a thread, in order. Threads take it as long as there is some, and no more of them are woken than keep it moving:
 *
 * <pre>
 *   execute --&gt; waiting; and if no thread is on its way, one is requested
 *   a thread arrives: takes the first work; if more waits, requests the next thread; only then runs what it took
 *   a thread has run its work: takes the next one, or ends where nothing waits
 * </pre>
 *
 * <p>Waking a thread costs more than a small effect. Work that ends at once is thus done by the threads that are awake, before the next
 * one arrives; and where work takes long, each thread that begins some has requested the next one before, so that waiting work never
 * depends on the end of running work, up to the number of threads that may run. Thread-safe.
 */
final class WorkQueue {

    private final Executor threads;
    private final IntSupplier most;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int running;
    private boolean requested;
    private boolean closed;

    /**
     * @param threads runs each of its tasks on a thread that has nothing else to do
     * @param most how many threads may take work at a time; where that grows, {@link #proceed} is called
     */
    WorkQueue(Executor threads, IntSupplier most) {
        this.threads = threads;
        this.most = most;
    }

    /** Adds work, which must not throw. It never runs where this is closed. */
    void execute(Runnable work) {
        boolean request;
        synchronized (this) {
            if (closed) {
                return;
            }
            waiting.add(work);
            request = mayRequest();
        }
        request(request);
    }

    /** Requests a thread for what waits; to be called where more threads may take work than before. */
    void proceed() {
        boolean request;
        synchronized (this) {
            request = mayRequest();
        }
        request(request);
    }

    /** Drops what waits. Threads end once they have run what they took. */
    synchronized void close() {
        closed = true;
        waiting.clear();
    }

    private boolean mayRequest() {
        if (requested || waiting.isEmpty() || running >= most.getAsInt()) {
            return false;
        }
        requested = true;
        return true;
    }

    private void request(boolean needed) {
        if (needed) {
            threads.execute(this::work);
        }
    }

    private void work() {
        arrive();
        for (Runnable next = take(); next != null; next = take()) {
            proceed();
            next.run();
        }
    }

    private synchronized void arrive() {
        requested = false;
        running++;
    }

    /** The next work; where there is none, this thread does not run any more. */
    private synchronized @Nullable Runnable take() {
        Runnable next = waiting.poll();
        if (next == null) {
            running--;
        }
        return next;
    }
}
