package io.taskqueue.cli.dispatch;

import io.taskqueue.cli.shared.ThreadFailures;
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
 * Workers that lease tasks, hold each lease for some time, and complete it. A share of the attempts does not succeed: three of
 * four of those fail with an error; in the fourth the worker stops without acknowledging, so that the lease expires.
 */
final class SimulatedWorkers implements AutoCloseable {

    private static final double EXPIRING_SHARE = 0.25;

    private final TaskQueue<String> queue;
    private final WorkerBehavior behavior;
    private final RandomGenerator random;
    private final Duration heartbeat;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();

    private SimulatedWorkers(TaskQueue<String> queue, WorkerBehavior behavior, Duration lease, RandomGenerator random) {
        this.queue = queue;
        this.behavior = behavior;
        this.random = random;
        this.heartbeat = lease.dividedBy(3);
    }

    /** Starts the workers; they end when the queue is closed. What ends one otherwise is recorded as a failure. */
    static SimulatedWorkers start(
            TaskQueue<String> queue,
            WorkerBehavior behavior,
            Duration lease,
            RandomGenerator random,
            ThreadFailures failures) {
        SimulatedWorkers workers = new SimulatedWorkers(queue, behavior, lease, random);
        for (int i = 1; i <= behavior.count(); i++) {
            workers.threads.add(failures.start("worker-" + i, workers::work));
        }
        return workers;
    }

    private void work() {
        try {
            while (true) {
                attempt(queue.lease());
            }
        } catch (QueueClosedException e) {
            // no more tasks will come
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void attempt(Lease<String> lease) throws InterruptedException {
        try {
            if (!happens(behavior.failRate())) {
                hold(lease);
                lease.complete();
            } else if (happens(EXPIRING_SHARE)) {
                return;
            } else {
                hold(lease);
                lease.fail(TaskError.of(
                        "worker.failed", "Attempt " + lease.attempt() + " failed in the simulated worker."));
            }
        } catch (LeaseLostException e) {
            // the queue has emitted the event LeaseExpired, and requeues the task
        }
    }

    private void hold(Lease<String> lease) throws InterruptedException {
        long left = behavior.workTime().toNanos();
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

    private boolean happens(double probability) {
        synchronized (random) {
            return random.nextDouble() < probability;
        }
    }

    /** Stops the workers at once; the leases that they hold expire or are revoked by a drain. */
    @Override
    public void close() {
        stopped.countDown();
        threads.forEach(Thread::interrupt);
    }
}
