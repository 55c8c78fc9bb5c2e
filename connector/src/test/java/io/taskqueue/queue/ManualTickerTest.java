package io.taskqueue.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ManualTickerTest {

    private static final Instant START = Instant.parse("2026-11-01T10:00:00Z");

    private final ManualTicker time = new ManualTicker();

    private TaskQueue.Builder<String> builder() {
        return TaskQueue.<String>builder("orders")
                .ticker(time)
                .clock(time.clock(START))
                .leaseDuration(Duration.ofSeconds(30))
                .sweepInterval(Duration.ofHours(1))
                .closeGrace(Duration.ZERO);
    }

    @Test
    void advancingItPastALeaseWakesTheWorkerThatWaitsForTheTask() throws Exception {
        try (TaskQueue<String> queue = builder().build()) {
            queue.enqueue("a");
            queue.lease();
            Caller<Lease<String>> worker = Caller.startWaiting(queue::lease);

            time.advance(Duration.ofSeconds(30));

            assertThat(worker.result().attempt()).isEqualTo(2);
        }
    }

    @Test
    void advancingItPastADelayWakesTheWorkerThatWaitsForTheTask() throws Exception {
        try (TaskQueue<String> queue =
                builder().requeueDelay(Duration.ofMinutes(10)).build()) {
            queue.enqueue("a");
            queue.lease().fail(TaskError.of("again"));
            Caller<Lease<String>> worker = Caller.startWaiting(queue::lease);
            time.advance(Duration.ofMinutes(9));
            assertThat(queue.counts().delayed()).isEqualTo(1);

            time.advance(Duration.ofMinutes(1));

            assertThat(worker.result().attempt()).isEqualTo(2);
        }
    }

    @Test
    void advancingItWakesADrainThatWaitsForTheHolderOfALease() throws Exception {
        try (TaskQueue<String> queue = builder().build()) {
            queue.enqueue("a");
            queue.lease();
            Caller<Integer> drain =
                    Caller.startWaiting(() -> queue.drain(Duration.ofDays(1)).size());

            time.advance(Duration.ofSeconds(30));

            assertThat(drain.result()).isEqualTo(1);
        }
    }

    @Test
    void advancingItPastATimeLimitEndsACallThatWaits() throws Exception {
        try (TaskQueue<String> queue = builder().capacity(1).build()) {
            Caller<Optional<Lease<String>>> lease = Caller.startWaiting(() -> queue.lease(Duration.ofDays(1)));
            time.advance(Duration.ofDays(1));
            assertThat(lease.result()).isEmpty();

            queue.enqueue("a");
            Caller<Optional<TaskId>> enqueue = Caller.startWaiting(() -> queue.enqueue("b", Duration.ofDays(1)));
            Caller<Optional<List<TaskId>>> batch =
                    Caller.startWaiting(() -> queue.enqueueAll(List.of("c"), Duration.ofDays(1)));
            time.advance(Duration.ofDays(1));

            assertThat(enqueue.result()).isEmpty();
            assertThat(batch.result()).isEmpty();
        }
    }

    @Test
    void aCallThatWaitsContinuesUntilItsTimeLimit() throws Exception {
        try (TaskQueue<String> queue = builder().build()) {
            Caller<Optional<Lease<String>>> lease = Caller.startWaiting(() -> queue.lease(Duration.ofDays(1)));
            time.advance(Duration.ofHours(23));

            queue.enqueue("a");

            assertThat(lease.result()).map(Lease::payload).hasValue("a");
        }
    }

    @Test
    void advancingItPastTheLimitOfADrainEndsIt() throws Exception {
        try (TaskQueue<String> queue =
                builder().leaseDuration(Duration.ofDays(2)).build()) {
            queue.enqueue("a");
            queue.lease();
            Caller<Integer> drain =
                    Caller.startWaiting(() -> queue.drain(Duration.ofDays(1)).size());

            time.advance(Duration.ofDays(1));

            assertThat(drain.result()).isEqualTo(1);
        }
    }

    @Test
    void closeDoesNotWaitForTheHolderOfALease() throws Exception {
        TaskQueue<String> queue = builder().closeGrace(Duration.ofDays(365)).build();
        queue.enqueue("a");
        Lease<String> lease = queue.lease();

        queue.close();

        assertThatThrownBy(lease::complete)
                .isInstanceOf(LeaseLostException.class)
                .hasMessageContaining("revoked");
    }

    @Test
    void aTickerThatThrowsWhileADrainWaitsEndsTheWaitAndNotTheDrain() throws Exception {
        AtomicBoolean broken = new AtomicBoolean();
        Ticker throwing = new Ticker() {
            @Override
            public long nanos() {
                if (broken.get()) {
                    throw new IllegalStateException("no time");
                }
                return time.nanos();
            }

            @Override
            public boolean isManual() {
                return true;
            }

            @Override
            public QueueListener.Registration onMoved(Runnable action) {
                return time.onMoved(action);
            }
        };
        try (TaskQueue<String> queue = builder().ticker(throwing).build()) {
            queue.enqueue("a");
            queue.lease();
            Caller<Integer> drain =
                    Caller.startWaiting(() -> queue.drain(Duration.ofDays(1)).size());
            broken.set(true);

            time.advance(Duration.ofSeconds(1));

            assertThat(drain.result()).isEqualTo(1);
        }
    }

    @Test
    void anEndedQueueIsNoLongerNotified() throws Exception {
        AtomicInteger registered = new AtomicInteger();
        Ticker counting = new Ticker() {
            @Override
            public long nanos() {
                return time.nanos();
            }

            @Override
            public QueueListener.Registration onMoved(Runnable action) {
                registered.incrementAndGet();
                return registered::decrementAndGet;
            }
        };
        TaskQueue<String> queue = builder().ticker(counting).build();
        assertThat(registered).hasValue(1);

        queue.close();

        await().untilAsserted(() -> assertThat(registered).hasValue(0));
    }

    @Test
    void itsClockAdvancesWithIt() {
        time.advance(Duration.ofSeconds(1));
        var clock = time.clock(START);

        time.advance(Duration.ofSeconds(2));

        assertThat(clock.instant()).isEqualTo(START.plusSeconds(2));
    }

    @Test
    void itDoesNotGoBack() {
        assertThatThrownBy(() -> time.advance(Duration.ofSeconds(-1)))
                .hasMessage(
                        "A ticker was to be advanced by PT-1S, but it does not go back. Advance it by a duration of at"
                                + " least zero.");
    }
}
