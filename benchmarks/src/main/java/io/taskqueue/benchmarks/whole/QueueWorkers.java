package io.taskqueue.benchmarks.whole;

import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Threads that lease, perform and complete the tasks of a queue, until the queue is closed. */
final class QueueWorkers {

    private final TaskQueue<String> queue;
    private final Duration work;
    private final CountDownLatch left;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();

    private QueueWorkers(TaskQueue<String> queue, WholeWorkload workload) {
        this.queue = queue;
        this.work = workload.work();
        this.left = new CountDownLatch(workload.tasks());
    }

    static QueueWorkers start(TaskQueue<String> queue, WholeWorkload workload) {
        QueueWorkers workers = new QueueWorkers(queue, workload);
        for (int i = 0; i < workload.workers(); i++) {
            Thread thread = new Thread(workers::perform, "worker-" + i);
            thread.setDaemon(true);
            workers.threads.add(thread);
        }
        workers.threads.forEach(Thread::start);
        return workers;
    }

    private void perform() {
        try {
            while (true) {
                Lease<String> lease = queue.lease();
                if (!work.isZero()) {
                    Stopwatch.pause(work);
                }
                lease.complete();
                left.countDown();
            }
        } catch (QueueClosedException e) {
            // the round is over
        } catch (InterruptedException | RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    /** Waits until as many tasks are complete as the workload has. */
    void awaitCompleted(Duration timeout) throws InterruptedException {
        boolean completed = left.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
        Exception failed = failure.get();
        if (!completed || failed != null) {
            throw new IllegalStateException(left.getCount() + " tasks were not completed within " + timeout, failed);
        }
    }

    /** Waits for the threads, once the queue is closed. */
    void join() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
