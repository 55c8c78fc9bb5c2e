package io.taskqueue.queue;

/**
 * The thread that sweeps a queue when there are no calls: it expires leases, at most a sweep interval late, and makes delayed
 * tasks pending at the moment they are due. It sleeps while nothing can become due, and ends with the queue.
 */
final class Sweeper<T> implements Runnable {

    private final QueueCore<T> core;
    private final QueueSettings.TimeSource time;
    private final long sweepNanos;
    private long now;

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
                // what could not be performed is still due: an immediate repetition would never release the lock
                boolean swept = core.trySweep() && readTime();
                long next = swept ? core.tasks.nextSweep(now) : now + sweepNanos;
                await(next);
            }
        } finally {
            core.lock.exit();
        }
    }

    private void await(long next) {
        try {
            core.lock.awaitSweep(next, next - now);
        } catch (InterruptedException e) {
            // a listener has left the thread interrupted, which must not end the sweeps
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
