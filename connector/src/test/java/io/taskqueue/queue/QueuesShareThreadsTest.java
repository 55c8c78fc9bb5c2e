package io.taskqueue.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The threads of a process do not depend on how many queues it has, and one queue does not hold up another. */
@Timeout(60)
class QueuesShareThreadsTest {

    private static final int QUEUES = 500;
    private static final int SHARED_THREADS = 4 + 16; // for sweeps, and for dead-letter handlers

    private static TaskQueue.Builder<String> builder(String name) {
        return TaskQueue.<String>builder(name)
                .leaseDuration(Duration.ofMillis(50))
                .sweepInterval(Duration.ofMillis(10))
                .closeGrace(Duration.ZERO);
    }

    private static long sharedThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("taskqueue-sweeper")
                        || thread.getName().startsWith("taskqueue-dead-letters"))
                .count();
    }

    @Test
    void leasesOfManyQueuesExpireOnAFewThreads() throws Exception {
        List<TaskQueue<String>> queues = new ArrayList<>();
        AtomicInteger dead = new AtomicInteger();
        try {
            for (int i = 0; i < QUEUES; i++) {
                TaskQueue<String> queue = builder("queue-" + i)
                        .maxAttempts(1)
                        .deadLetterHandler(event -> dead.incrementAndGet())
                        .build();
                queues.add(queue);
                queue.enqueue("a");
                queue.lease();
            }

            await().untilAsserted(() -> assertThat(dead).hasValue(QUEUES));

            assertThat(sharedThreads()).isLessThanOrEqualTo(SHARED_THREADS);
        } finally {
            queues.forEach(TaskQueue::close);
        }
    }

    @Test
    void aListenerThatBlocksItsQueueDoesNotHoldUpOthers() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        AtomicInteger blocked = new AtomicInteger();
        List<TaskQueue<String>> blocking = new ArrayList<>();
        try (TaskQueue<String> other = builder("other").build()) {
            for (int i = 0; i < 10; i++) { // more than there are threads for sweeps
                TaskQueue<String> queue = builder("blocking-" + i)
                        .listener(event -> awaitWhileLeasing(event, blocked, released))
                        .build();
                blocking.add(queue);
                queue.enqueue("a");
                Thread worker = new Thread(queue::tryLease);
                worker.setDaemon(true);
                worker.start(); // holds the lock of its queue
            }
            await().untilAsserted(() -> assertThat(blocked).hasValue(10));

            other.enqueue("b");
            other.lease();

            await().untilAsserted(() ->
                    assertThat(other.counts().totals().leasesExpired()).isPositive());
            assertThat(released.getCount()).isEqualTo(1);
        } finally {
            released.countDown();
            blocking.forEach(TaskQueue::close);
        }
    }

    private static void awaitWhileLeasing(TaskEvent<String> event, AtomicInteger blocked, CountDownLatch released) {
        if (event.kind() == EventKind.LEASE_GRANTED && released.getCount() > 0) {
            blocked.incrementAndGet();
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void deadTasksOfAQueueAreHandledInOrderThoughThreadsAreShared() throws Exception {
        Queue<String> handled = new ConcurrentLinkedQueue<>();
        AtomicInteger others = new AtomicInteger();
        try (TaskQueue<String> ordered = builder("ordered")
                        .deadLetterHandler(event -> handled.add(event.task().payload()))
                        .build();
                TaskQueue<String> other = builder("other")
                        .deadLetterHandler(event -> others.incrementAndGet())
                        .build()) {
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                expected.add("task-" + i);
                ordered.enqueue("task-" + i);
                ordered.lease().fail(TaskError.of("broken"), false);
                other.enqueue("task");
                other.lease().fail(TaskError.of("broken"), false);
            }

            await().untilAsserted(() -> assertThat(others).hasValue(200));
            await().untilAsserted(() -> assertThat(handled).hasSize(200));
            assertThat(handled).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void aQueueInWhichNothingCanBecomeDueIsNotSwept() throws Exception {
        AtomicInteger readings = new AtomicInteger();
        Ticker counted = () -> {
            if (Thread.currentThread().getName().startsWith("taskqueue-sweeper")) {
                readings.incrementAndGet();
            }
            return Ticker.system().nanos();
        };
        try (TaskQueue<String> idle = builder("idle").ticker(counted).build();
                TaskQueue<String> busy = builder("busy").build()) {
            idle.enqueue("a"); // pending: it waits for a worker, not for a moment
            busy.enqueue("b");
            busy.lease();

            await().untilAsserted(() ->
                    assertThat(busy.counts().totals().leasesExpired()).isPositive());

            assertThat(readings).hasValue(0);
        }
    }
}
