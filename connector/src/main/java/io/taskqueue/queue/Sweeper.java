package io.taskqueue.queue;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sweeps a queue when there are no calls: it expires leases, at most a sweep interval late, and makes delayed tasks pending at the
 * moment they are due. It runs on one of the threads that all queues of the process share, when the queue's {@link QueueLock#nextSweep}
 * comes; while nothing can become due, there is no such moment.
 *
 * <p>It never waits for the queue's lock, which a listener of the user might hold: whoever holds it performs what is due first, so the
 * sweep is repeated soon.
 */
final class Sweeper<T> implements Runnable {

    private static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final QueueCore<T> core;
    private final QueueSettings.TimeSource time;
    private final long sweepNanos;
    private volatile long retryNanos = FIRST_RETRY_NANOS;
    private volatile boolean moved;
    private long now;
    private QueueListener.@Nullable Registration moves;

    private Sweeper(QueueCore<T> core) {
        this.core = core;
        this.time = core.settings.time();
        this.sweepNanos = core.settings.timing().sweepInterval().toNanos();
    }

    /** Sweeps the queue from now on, until it has ended. */
    static <T> void start(QueueCore<T> core) {
        Sweeper<T> sweeper = new Sweeper<>(core);
        core.lock.enter("build()");
        try {
            core.lock.nextSweep.start(sweeper);
            sweeper.moves = core.settings.time().ticker().onMoved(sweeper::moved);
        } finally {
            core.lock.exit();
        }
    }

    /** The ticker was moved: what is due is performed, and calls that wait check their time limits. Called outside the lock. */
    private void moved() {
        moved = true;
        core.lock.nextSweep.recheck(this);
    }

    @Override
    public void run() {
        if (!core.lock.tryEnter()) {
            long wait = retryNanos;
            retryNanos = Math.min(2 * wait, Math.max(sweepNanos, FIRST_RETRY_NANOS));
            core.lock.nextSweep.retry(this, wait);
            return;
        }
        try {
            retryNanos = FIRST_RETRY_NANOS;
            if (core.lifecycle().hasEnded()) {
                end();
            } else {
                sweep();
            }
            if (moved) {
                moved = false;
                core.lock.wakeWaiting();
            }
        } finally {
            core.lock.exit();
            var unused =
                    Thread.interrupted(); // a listener has left the thread interrupted, which must not end the sweeps
        }
    }

    private void sweep() {
        // what could not be performed is still due: an immediate repetition would never release the lock
        boolean swept = core.trySweep() && readTime();
        if (core.lifecycle().hasEnded()) {
            end();
        } else if (!swept) {
            core.lock.nextSweep.set(now + sweepNanos, sweepNanos);
        } else if (core.tasks.canBecomeDue()) {
            long next = core.tasks.nextSweep(now);
            core.lock.nextSweep.set(next, next - now);
        } else {
            core.lock.nextSweep.setNone();
        }
    }

    private void end() {
        core.lock.nextSweep.end();
        QueueListener.Registration registered = moves;
        moves = null;
        if (registered != null) {
            try {
                registered.close();
            } catch (RuntimeException | Error e) {
                core.timeFailures.add("the end of the queue", e);
            }
        }
    }

    /** Reads the time; if the user's ticker throws, the time of the last reading remains. */
    private boolean readTime() {
        try {
            now = time.nanos();
            return true;
        } catch (RuntimeException | Error e) {
            core.timeFailures.add("a sweep", e);
            return false;
        }
    }
}
