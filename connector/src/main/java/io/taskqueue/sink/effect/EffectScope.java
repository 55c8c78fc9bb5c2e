package io.taskqueue.sink.effect;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;

/**
 * The running effects of one attempt, and whether more may start. Thread-safe.
 *
 * <pre>
 *   OPEN --seal--&gt; SEALED --close--&gt; CLOSED
 *     |                                ^
 *     +------------- close ------------+
 *
 *   OPEN     actions start, results are recorded
 *   SEALED   no action starts, results of running actions are recorded
 *   CLOSED   no action starts, no result is recorded
 * </pre>
 */
final class EffectScope implements AutoCloseable {

    private enum Phase {
        OPEN,
        SEALED,
        CLOSED
    }

    private final Set<String> running = new HashSet<>();

    /** Counted down when no action runs and none can start any more. */
    private final CountDownLatch idle = new CountDownLatch(1);

    private Phase phase = Phase.OPEN;

    /** Starts an effect, which then runs until {@link #end}; or returns false if none may start. */
    synchronized boolean start(String name) {
        return phase == Phase.OPEN && running.add(name);
    }

    synchronized void end(String name) {
        running.remove(name);
        countDownIfIdle();
    }

    /** Whether actions may start. */
    synchronized boolean isOpen() {
        return phase == Phase.OPEN;
    }

    /** Whether results are no longer recorded. */
    synchronized boolean isClosed() {
        return phase == Phase.CLOSED;
    }

    /** Prevents further effects from starting, and returns the names of the running ones. */
    synchronized Set<String> seal() {
        moveTo(Phase.SEALED);
        return Set.copyOf(running);
    }

    /**
     * Prevents further effects from starting, and waits until none runs.
     *
     * @param abandon whether to stop waiting, given whether the thread was interrupted; called before the wait and after each
     *     interruption. The interrupt status is restored on return
     */
    void sealAndWait(Predicate<Boolean> abandon) {
        boolean interrupted = Thread.interrupted();
        try {
            seal();
            while (idle.getCount() > 0 && !abandon.test(interrupted)) {
                try {
                    idle.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public synchronized void close() {
        moveTo(Phase.CLOSED);
    }

    private void moveTo(Phase next) {
        if (phase.compareTo(next) < 0) {
            phase = next;
        }
        countDownIfIdle();
    }

    private void countDownIfIdle() {
        if (phase != Phase.OPEN && running.isEmpty()) {
            idle.countDown();
        }
    }
}
