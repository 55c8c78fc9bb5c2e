package io.taskqueue.streams.execution;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The turns of work that runs side by side: as many pieces of work run as there are turns. Work that waits for something else, such as a
 * commit, gives its turn to other work meanwhile, and gets one again before work that has not begun. Thread-safe.
 */
final class Turns {

    private final Semaphore free;
    private final Queue<GivenTurn> resumed = new ConcurrentLinkedQueue<>();
    private final ThreadLocal<Boolean> held = ThreadLocal.withInitial(() -> false);
    private final AtomicInteger paused = new AtomicInteger();

    Turns(int count) {
        this.free = new Semaphore(count);
    }

    /** Runs work once it has a turn. */
    void run(Runnable work) {
        free.acquireUninterruptibly();
        held.set(true);
        try {
            work.run();
        } finally {
            if (held.get()) { // not where it ended without one
                held.set(false);
                release();
            }
        }
    }

    /** Whether the current thread has a turn. */
    boolean held() {
        return held.get();
    }

    /** How many pieces of work wait without a turn. */
    int paused() {
        return paused.get();
    }

    /** Gives the turn of the current thread, if it has one, to other work. */
    Pause pause() {
        if (!held.get()) {
            return new GivenTurn(false);
        }
        held.set(false);
        paused.incrementAndGet();
        release();
        return new GivenTurn(true);
    }

    private void release() {
        if (!grantNext()) {
            free.release();
            grantFree();
        }
    }

    /** Work that was resumed while the turn was being released would wait for the next one. */
    private void grantFree() {
        while (!resumed.isEmpty() && free.tryAcquire()) {
            if (!grantNext()) {
                free.release();
            }
        }
    }

    private boolean grantNext() {
        for (GivenTurn next = resumed.poll(); next != null; next = resumed.poll()) {
            if (next.end(true)) {
                return true;
            }
        }
        return false;
    }

    /** A pause; its end is a turn, or that it was cancelled. */
    private final class GivenTurn implements Pause {

        private final boolean hadTurn;
        private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

        GivenTurn(boolean hadTurn) {
            this.hadTurn = hadTurn;
        }

        private boolean end(boolean withTurn) {
            if (!ended.complete(withTurn)) {
                return false;
            }
            if (hadTurn) {
                paused.decrementAndGet();
            }
            return true;
        }

        @Override
        public void resume() {
            if (hadTurn) {
                resumed.add(this);
                grantFree();
            } else {
                boolean unused = end(true);
            }
        }

        @Override
        public boolean cancel() {
            return end(false);
        }

        @Override
        public boolean await() throws InterruptedException {
            try {
                boolean resumed = ended.get();
                held.set(resumed && hadTurn);
                return resumed;
            } catch (InterruptedException e) {
                if (!cancel()) {
                    held.set(ended.join() && hadTurn); // it was resumed at the same time
                }
                throw e;
            } catch (ExecutionException e) {
                throw new IllegalStateException("Nothing ends a pause with a failure. This is a defect.", e);
            }
        }
    }
}
