package io.taskqueue.queue;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * The thread that lets time pass in a queue that no one calls: it expires leases, at most a sweep interval late, and makes
 * delayed tasks pending at the moment they are due. Sleeps for as long as nothing can become due; ends with the queue.
 */
final class Sweeper<T> implements Runnable {

    private static final Logger LOG = System.getLogger(TaskQueue.class.getName());

    private final QueueCore<T> core;
    private final long sweepNanos;

    Sweeper(QueueCore<T> core) {
        this.core = core;
        this.sweepNanos = core.settings.times().sweepInterval().toNanos();
    }

    void start() {
        Thread thread = new Thread(this, "taskqueue-sweeper-" + core.settings.name());
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run() {
        core.monitor.enter("sweep");
        try {
            while (core.life() instanceof QueueLife.Open || core.life() instanceof QueueLife.Draining) {
                long again = sweep() ? nextSweep() : core.clock.nanos() + sweepNanos;
                core.monitor.awaitSweep(core.clock, again);
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "The sweeper of queue {0} was interrupted and ends.", core.settings.name());
        } finally {
            core.monitor.exit();
        }
    }

    /** Returns false if it failed: then what is due stays due, and trying again at once would never let go of the lock. */
    private boolean sweep() {
        try {
            core.sweep();
            return true;
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "Sweeping queue " + core.settings.name() + " failed; it is tried again.", e);
            return false;
        }
    }

    /** When something is due next; for leases not before a sweep interval from now, so that they expire in batches. */
    private long nextSweep() {
        long now = core.clock.nanos();
        long next = now + LeaseTimes.forever();
        LiveTask<T> lease = core.tasks.firstLeased();
        if (lease != null && lease.state instanceof TaskState.Leased<T> state) {
            next = Math.max(state.deadline() - now, sweepNanos) + now;
        }
        LiveTask<T> delayed = core.tasks.firstDelayed();
        if (delayed != null && delayed.state instanceof TaskState.Delayed<T> state && state.due() - next < 0) {
            next = state.due();
        }
        return next;
    }
}
