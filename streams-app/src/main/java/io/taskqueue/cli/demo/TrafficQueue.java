package io.taskqueue.cli.demo;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.cli.shared.ThreadFailures;
import io.taskqueue.event.TaskError;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.LeaseLostException;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue of the traffic that continues after the demo: its source, its workers, and a thread that enqueues tasks. It never stops by
 * itself; at its capacity, the thread that enqueues waits.
 */
final class TrafficQueue implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TrafficQueue.class);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
    private static final int CAPACITY = 200;
    private static final Duration REQUEUE_DELAY = Duration.ofSeconds(2);

    /** Why an attempt fails, or empty if it succeeds. */
    @FunctionalInterface
    interface Outcome {
        Optional<Failure> of(long task, int attempt);
    }

    /**
     * A failed attempt.
     *
     * @param retry whether another attempt may succeed
     */
    record Failure(TaskError error, boolean retry) {}

    /**
     * How a queue behaves.
     *
     * @param name its name
     * @param workers how many workers it has
     * @param work how long an attempt takes
     * @param pause how long after tasks were enqueued others are
     * @param burst how many tasks are enqueued together
     * @param outcome how attempts end
     */
    record Behavior(String name, int workers, Duration work, Duration pause, int burst, Outcome outcome) {}

    private final Behavior behavior;
    private final TaskQueue<String> queue;
    private final ReplicationSource<String> source;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();

    private TrafficQueue(Behavior behavior, TaskQueue<String> queue, ReplicationSource<String> source) {
        this.behavior = behavior;
        this.queue = queue;
        this.source = source;
    }

    /**
     * Starts the source and the threads.
     *
     * @param partitions of the event topic
     */
    static TrafficQueue start(
            Behavior behavior, Map<String, Object> kafka, int partitions, MeterRegistry meters, ThreadFailures failures)
            throws InterruptedException {
        TaskQueue<String> queue = TaskQueue.<String>builder(behavior.name())
                .capacity(CAPACITY)
                .requeueDelay(REQUEUE_DELAY)
                .build();
        TrafficQueue traffic = new TrafficQueue(
                behavior,
                queue,
                ReplicationSource.builder(queue, PayloadCodec.jsonText())
                        .kafka(kafka)
                        .sourcePeer("demo-" + behavior.name())
                        .partitions(partitions)
                        .metrics(meters)
                        .start());
        for (int i = 1; i <= behavior.workers(); i++) {
            traffic.threads.add(failures.start(behavior.name() + "-worker-" + i, traffic::work));
        }
        traffic.threads.add(failures.start(behavior.name() + "-enqueue", traffic::fill));
        return traffic;
    }

    private void fill() {
        try {
            long number = 0;
            do {
                for (int i = 0; i < behavior.burst(); i++) {
                    number++;
                    queue.enqueue("{\"number\":" + number + ",\"customer\":\"c-" + number % 97 + "\",\"cents\":"
                            + 100 * (1 + number % 50) + "}");
                }
            } while (!stopped.await(behavior.pause().toNanos(), TimeUnit.NANOSECONDS));
        } catch (QueueClosedException e) {
            return; // the demo ends
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        try {
            while (true) {
                attempt(queue.lease());
            }
        } catch (QueueClosedException e) {
            return; // the demo ends
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void attempt(Lease<String> lease) throws InterruptedException {
        if (stopped.await(behavior.work().toNanos(), TimeUnit.NANOSECONDS)) {
            return; // the queue is drained, and revokes the lease
        }
        try {
            Optional<Failure> failure = behavior.outcome().of(lease.task().id().sequenceId(), lease.attempt());
            if (failure.isPresent()) {
                lease.fail(failure.get().error(), failure.get().retry());
            } else {
                lease.complete();
            }
        } catch (LeaseLostException e) {
            return; // the queue has emitted the event LeaseExpired, and requeues the task
        }
    }

    /** Why its events do not reach Kafka any more; empty while they do. */
    Optional<String> failure() {
        return source.health().live() ? Optional.empty() : source.health().lastError();
    }

    @Override
    public void close() {
        stopped.countDown();
        threads.forEach(Thread::interrupt);
        try {
            var unused = queue.drain(Duration.ZERO); // nobody continues with these tasks
        } catch (QueueClosedException e) {
            LOG.debug("Queue {} had stopped before the demo ended", behavior.name(), e);
        }
        var unused = source.close(CLOSE_TIMEOUT);
    }
}
