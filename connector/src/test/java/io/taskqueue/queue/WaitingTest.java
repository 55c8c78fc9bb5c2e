package io.taskqueue.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WaitingTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private static TaskQueue.Builder<String> builder() {
        return TaskQueue.<String>builder("orders").closeGrace(Duration.ZERO);
    }

    @Test
    void enqueueWaitsForCapacityAndReturnsWhenATaskIsLeased() throws Exception {
        try (TaskQueue<String> queue = builder().capacity(1).build()) {
            queue.enqueue("a");
            assertThat(queue.tryEnqueue("b")).isEmpty();
            assertThat(queue.enqueue("b", Duration.ofMillis(5))).isEmpty();
            Caller<TaskId> waiting = Caller.startWaiting(() -> queue.enqueue("b"));

            assertThat(queue.tryLease()).isPresent();

            assertThat(waiting.result().sequenceId()).isEqualTo(2);
            assertThat(queue.counts().pending()).isEqualTo(1);
        }
    }

    @Test
    void requeueAndRestoreAreNotLimitedByTheCapacity() throws Exception {
        try (TaskQueue<String> queue = builder().capacity(1).build()) {
            queue.enqueue("a");
            Lease<String> lease = queue.lease();
            queue.enqueue("b");

            lease.fail(TaskError.of("again"));
            queue.restore(List.of(
                    new DrainedTask<>(new Task<>(new TaskId("other", 0, 1), 1, ManualTime.START, "c"), null, null)));

            assertThat(queue.counts().pending()).isEqualTo(3);
            assertThat(queue.tryEnqueue("d")).isEmpty();
        }
    }

    @Test
    void leaseWaitsForATaskAndEachTaskWakesAWorker() throws Exception {
        try (TaskQueue<String> queue = builder().build()) {
            assertThat(queue.tryLease()).isEmpty();
            assertThat(queue.lease(Duration.ofMillis(5))).isEmpty();
            List<Caller<Lease<String>>> workers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                workers.add(Caller.startWaiting(queue::lease));
            }

            queue.enqueue("a");
            queue.enqueue("b");
            queue.enqueue("c");

            List<String> payloads = new ArrayList<>();
            for (Caller<Lease<String>> worker : workers) {
                payloads.add(worker.result().payload());
            }
            assertThat(payloads).containsExactlyInAnyOrder("a", "b", "c");
        }
    }

    @Test
    void interruptedCallChangesNothing() throws Exception {
        try (TaskQueue<String> queue = builder().capacity(1).build()) {
            Caller<Lease<String>> worker = Caller.startWaiting(queue::lease);
            worker.interrupt();
            assertThatThrownBy(worker::result).hasCauseInstanceOf(InterruptedException.class);
            queue.enqueue("a");
            Caller<TaskId> producer = Caller.startWaiting(() -> queue.enqueue("b"));

            producer.interrupt();

            assertThatThrownBy(producer::result).hasCauseInstanceOf(InterruptedException.class);
            assertThat(queue.counts().totals().enqueued()).isEqualTo(1);
        }
    }

    @Test
    void interruptedThreadStillEndsItsLease() throws Exception {
        try (TaskQueue<String> queue = builder().build()) {
            queue.enqueue("a");
            Lease<String> lease = queue.lease();

            Thread.currentThread().interrupt();
            lease.heartbeat();
            lease.complete();

            assertThat(Thread.interrupted()).isTrue();
            assertThat(queue.counts().totals().completed()).isEqualTo(1);
        }
    }

    @Test
    void leaseExpiresWhileNobodyCallsTheQueue() throws Exception {
        EventLog<String> log = new EventLog<>();
        try (TaskQueue<String> queue = builder()
                .leaseDuration(Duration.ofMillis(30))
                .sweepInterval(Duration.ofMillis(10))
                .listener(log)
                .build()) {
            queue.enqueue("a");
            queue.lease();

            await().atMost(LONG).until(() -> log.kinds().contains(EventKind.REQUEUED));
        }
    }

    @Test
    void delayedTaskIsPendingWhenItIsDueNotAtTheNextSweep() throws Exception {
        try (TaskQueue<String> queue = builder()
                .requeueDelay(Duration.ofMillis(30))
                .sweepInterval(Duration.ofHours(1))
                .build()) {
            queue.enqueue("a");
            queue.enqueue("b");
            Lease<String> first = queue.lease();
            Lease<String> second = queue.lease();

            // the second time, nothing but the failure itself can have woken the sweeper
            for (Lease<String> lease : List.of(first, second)) {
                lease.fail(TaskError.of("again"));
                Caller<Lease<String>> worker = Caller.start(queue::lease);
                assertThat(worker.result().attempt()).isEqualTo(2);
            }
        }
    }

    @Test
    void drainAndCloseEndCallsThatWait() throws Exception {
        TaskQueue<String> queue = builder().capacity(1).build();
        Caller<Lease<String>> worker = Caller.startWaiting(queue::lease);
        queue.drain(Duration.ZERO);

        assertThatThrownBy(worker::result)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(QueueClosedException.class)
                .hasMessage(
                        "Queue orders accepts no more work since drain() was called, so lease() was refused. Use another "
                                + "queue; restore() puts drained tasks into it.");

        TaskQueue<String> full = builder().capacity(1).build();
        full.enqueue("a");
        Caller<TaskId> producer = Caller.startWaiting(() -> full.enqueue("b"));
        full.close();

        assertThatThrownBy(producer::result)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(QueueClosedException.class)
                .hasMessageContaining("since close() was called, so enqueue() was refused");
    }

    @Test
    void nullPayloadIsRefused() {
        try (TaskQueue<String> queue = builder().build()) {
            assertThatThrownBy(() -> queue.tryEnqueue(null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("payload");
            assertThat(queue.counts().totals().enqueued()).isZero();
        }
    }

    @Test
    void failingClockLosesNoTaskAndReleasesTheLock() throws Exception {
        AtomicBoolean broken = new AtomicBoolean();
        try (TaskQueue<String> queue = builder()
                .clock(clock(broken))
                .requeueDelay(Duration.ofMillis(20))
                .sweepInterval(Duration.ofMillis(20))
                .build()) {
            queue.enqueue("a");
            broken.set(true);
            assertThatThrownBy(queue::tryLease).hasMessage("no time");
            broken.set(false);
            Lease<String> lease = queue.tryLease().orElseThrow();
            lease.fail(TaskError.of("on purpose"));
            broken.set(true);
            await().until(() -> failsForLackOfTime(queue));

            broken.set(false);

            await().until(() -> queue.counts().pending() == 1);
        }
    }

    @Test
    void sweeperExpiresLeasesAfterItsTickerThrew() throws Exception {
        Ticker system = Ticker.system();
        AtomicInteger readings = new AtomicInteger();
        EventLog<String> log = new EventLog<>();
        try (TaskQueue<String> queue = builder()
                .leaseDuration(Duration.ofMillis(200))
                .sweepInterval(Duration.ofMillis(20))
                .ticker(() -> {
                    if (Thread.currentThread().getName().startsWith("taskqueue-sweeper")
                            && readings.incrementAndGet() % 2 == 0) {
                        throw new StackOverflowError("every second reading of the sweeper");
                    }
                    return system.nanos();
                })
                .listener(log)
                .build()) {
            queue.enqueue("a");
            queue.lease();

            await().atMost(LONG).until(() -> log.kinds().contains(EventKind.LEASE_EXPIRED));

            assertThat(readings.get()).isGreaterThan(1);
        }
    }

    @Test
    void sweeperExpiresLeasesAfterAListenerInterruptedIt() throws Exception {
        EventLog<String> log = new EventLog<>();
        AtomicInteger interruptions = new AtomicInteger();
        try (TaskQueue<String> queue = builder()
                .leaseDuration(Duration.ofMillis(100))
                .sweepInterval(Duration.ofMillis(20))
                .listener(event -> {
                    if (Thread.currentThread().getName().startsWith("taskqueue-sweeper")) {
                        interruptions.incrementAndGet();
                        Thread.currentThread().interrupt();
                    }
                })
                .listener(log)
                .build()) {
            queue.enqueue("a");
            for (int expired = 1; expired <= 3; expired++) {
                queue.lease();
                long expected = expired;

                await().atMost(LONG)
                        .until(() -> log.kinds().stream()
                                        .filter(EventKind.LEASE_EXPIRED::equals)
                                        .count()
                                == expected);
            }
            assertThat(interruptions.get()).isPositive();
        }
    }

    private static boolean failsForLackOfTime(TaskQueue<String> queue) throws Exception {
        try {
            Caller.start(queue::counts).result();
            return false;
        } catch (ExecutionException e) {
            return "no time".equals(e.getCause().getMessage());
        }
    }

    private static Clock clock(AtomicBoolean broken) {
        return new ManualTime() {
            @Override
            public Instant instant() {
                if (broken.get()) {
                    throw new IllegalStateException("no time");
                }
                return super.instant();
            }
        };
    }
}
