package io.taskqueue.cli;

import io.taskqueue.event.TaskError;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.LeaseLostException;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Workers that take leases and hold them for a while. A share of the attempts goes wrong, as it does in life: three of four of
 * those fail with an error, and the fourth worker walks away, so that its lease runs out.
 */
final class Workers implements AutoCloseable {

    private static final int ONE_IN = 4;

    /**
     * How the workers work.
     *
     * @param count how many work side by side
     * @param workTime how long each holds a lease
     * @param failRate the share of attempts that go wrong, from 0 to 1
     */
    record Habits(int count, Duration workTime, double failRate) {}

    private final TaskQueue<String> queue;
    private final Habits habits;
    private final RandomGenerator random;
    private final Duration heartbeat;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();

    private Workers(TaskQueue<String> queue, Habits habits, Duration lease, RandomGenerator random) {
        this.queue = queue;
        this.habits = habits;
        this.random = random;
        this.heartbeat = lease.dividedBy(3);
    }

    /** Starts workers, which end when the queue is closed. */
    static Workers start(TaskQueue<String> queue, Habits habits, Duration lease, RandomGenerator random) {
        Workers workers = new Workers(queue, habits, lease, random);
        for (int i = 1; i <= habits.count(); i++) {
            Thread thread = new Thread(workers::work, "worker-" + i);
            thread.setDaemon(true);
            workers.threads.add(thread);
            thread.start();
        }
        return workers;
    }

    private void work() {
        try {
            while (true) {
                end(queue.lease());
            }
        } catch (QueueClosedException e) {
            // nothing more to do
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end(Lease<String> lease) throws InterruptedException {
        try {
            if (!goesWrong(habits.failRate())) {
                hold(lease);
                lease.complete();
            } else if (goesWrong(1.0 / ONE_IN)) {
                return;
            } else {
                hold(lease);
                lease.fail(TaskError.of("worker.failed", "The worker could not do attempt " + lease.attempt() + "."));
            }
        } catch (LeaseLostException e) {
            // the queue has told it already, as an event: the task is tried again
        }
    }

    private void hold(Lease<String> lease) throws InterruptedException {
        long left = habits.workTime().toNanos();
        while (left > 0) {
            long pause = Math.min(left, heartbeat.toNanos());
            if (stopped.await(pause, TimeUnit.NANOSECONDS)) {
                return;
            }
            left -= pause;
            if (left > 0) {
                lease.heartbeat();
            }
        }
    }

    private boolean goesWrong(double rate) {
        synchronized (random) {
            return random.nextDouble() < rate;
        }
    }

    /** Ends the workers at once; leases that they hold are left to run out or to be drained. */
    @Override
    public void close() {
        stopped.countDown();
        threads.forEach(Thread::interrupt);
    }
}
