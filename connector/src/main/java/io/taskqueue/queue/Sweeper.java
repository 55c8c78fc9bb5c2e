package io.taskqueue.queue;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * The thread that sweeps a queue when there are no calls: it expires leases, at most a sweep interval late, and makes delayed
 * tasks pending at the moment they are due. It sleeps while nothing can become due, and ends with the queue.
 */
final class Sweeper<T> implements Runnable {

    private static final Logger LOG = System.getLogger(Sweeper.class.getName());

    private final QueueCore<T> core;
    private final QueueSettings.TimeSource time;
    private final long sweepNanos;

    Sweeper(QueueCore<T> core) {
        this.core = core;
        this.time = core.settings.time();
        this.sweepNanos = core.settings.timing().sweepInterval().toNanos();
    }

    void start() {
        Thread thread = new Thread(this, "taskqueue-sweeper-" + core.settings.name());
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run() {
        core.lock.enter("sweep");
        try {
            while (!core.lifecycle().hasEnded()) {
                long next = sweep() ? core.tasks.nextSweep(time.nanos()) : time.nanos() + sweepNanos;
                core.lock.awaitSweep(time, next);
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "The sweeper of queue {0} was interrupted and ends.", core.settings.name());
        } finally {
            core.lock.exit();
        }
    }

    /** Returns false if it failed: what is due is still due then, and an immediate repetition would never release the lock. */
    private boolean sweep() {
        try {
            core.sweep();
            return true;
        } catch (RuntimeException | Error e) {
            LOG.log(
                    Level.ERROR,
                    "Sweeping queue " + core.settings.name() + " failed; it is repeated after the sweep interval.",
                    e);
            return false;
        }
    }
}
