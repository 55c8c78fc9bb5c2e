package io.taskqueue.source.dead;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.DrainedTask;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.RegistryKey;
import io.taskqueue.source.registry.RegistryRecord;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The queues of a group share one thread for their orders: the end of one queue interrupts its own execution, or nothing. */
@Timeout(60)
class RetryExecutorTest {

    private static final Instant AT = Instant.parse("2026-11-01T10:00:00Z");

    private final ScheduledExecutorService timer = new ScheduledThreadPoolExecutor(1);
    private final CompletableFuture<InterruptedThread> thread = new CompletableFuture<>();
    private final RetryExecutor executor = new RetryExecutor(timer, task -> {
        InterruptedThread created = new InterruptedThread(task);
        thread.complete(created);
        return created;
    });

    @AfterEach
    void endThreads() {
        executor.close();
        timer.shutdownNow();
    }

    @Test
    void theEndOfAQueueInterruptsItsExecution() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        DeadTaskRetries<String> retries = retries("orders", () -> {
            reading.countDown();
            interrupted.complete(isInterruptedBefore(new CountDownLatch(1)));
            throw new KafkaException("no broker");
        });
        executor.submit(retries);
        reading.await();

        retries.end();
        retries.awaitEnd(Duration.ofSeconds(30));

        assertThat(interrupted.get(30, SECONDS)).isTrue();
    }

    @Test
    void anInterruptionThatComesAsAnExecutionEndsDoesNotReachTheNextQueue() throws Exception {
        CountDownLatch firstReads = new CountDownLatch(1);
        AtomicBoolean firstMayEnd = new AtomicBoolean();
        CountDownLatch secondReads = new CountDownLatch(1);
        CountDownLatch interruptionIsOver = new CountDownLatch(1);
        CompletableFuture<Boolean> secondInterrupted = new CompletableFuture<>();
        DeadTaskRetries<String> first = retries("first", () -> {
            firstReads.countDown();
            while (!firstMayEnd.get()) {
                Thread.onSpinWait(); // neither blocked nor interruptible
            }
            throw new KafkaException("no broker");
        });
        DeadTaskRetries<String> second = retries("second", () -> {
            secondReads.countDown();
            secondInterrupted.complete(isInterruptedBefore(interruptionIsOver));
            throw new KafkaException("no broker");
        });
        executor.submit(first);
        executor.submit(second);
        firstReads.await();
        InterruptedThread worker = thread.get();
        worker.beforeInterruption = () -> {
            firstMayEnd.set(true);
            await().until(() -> secondReads.getCount() == 0 || worker.getState() == Thread.State.BLOCKED);
        };

        first.end();
        interruptionIsOver.countDown();

        assertThat(secondInterrupted.get(30, SECONDS)).isFalse();
    }

    private static boolean isInterruptedBefore(CountDownLatch latch) {
        try {
            latch.await();
            return Thread.interrupted();
        } catch (InterruptedException e) {
            return true;
        }
    }

    /** The retries of a queue with one order. */
    private static DeadTaskRetries<String> retries(String queue, Supplier<TopicReader> readers) {
        TopicPartition events = new TopicPartition("events", 0);
        UUID id = new UUID(0, 1);
        RetryOrder order = new RetryOrder(
                id,
                queue,
                new RetryOrder.ReadUpTo(events.topic(), events.partition(), 900, new Position(7, 99)),
                List.of(new RetryOrder.OrderedTask(new TaskId(queue, 7, 1), new Position(7, 12), 800)),
                "anna",
                AT);
        RetryBacklog backlog = new RetryBacklog(queue);
        backlog.take(new RegistryRecord(RegistryKey.retryOrder(queue, id), 0, AT, RetryJson.of(order)));
        return DeadTaskRetries.of(
                new Claim(queue, 8, new UUID(0, 2), "dispatcher-a", AT, Optional.empty()),
                backlog,
                new DeadTaskRetries.Topics(
                        "sources", events, readers, record -> new CompletableFuture<>(), Duration.ofSeconds(30)),
                PayloadCodec.utf8(),
                new NoQueue(),
                Clock.fixed(AT, ZoneOffset.UTC));
    }

    /** No order is read so far that a task is restored. */
    private static final class NoQueue implements RetryTarget<String> {

        @Override
        public void restore(DrainedTask<String> task) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void awaitReplicated() {
            throw new UnsupportedOperationException();
        }
    }

    /** A thread whose interruption can be held between the decision to interrupt and the interruption itself. */
    private static final class InterruptedThread extends Thread {

        private volatile Runnable beforeInterruption = () -> {};

        InterruptedThread(Runnable task) {
            super(task);
            setDaemon(true);
        }

        @Override
        public void interrupt() {
            beforeInterruption.run();
            super.interrupt();
        }
    }
}
