package io.taskqueue.queue;

import static io.taskqueue.event.EventKind.AVAILABLE;
import static io.taskqueue.event.EventKind.COMPLETED;
import static io.taskqueue.event.EventKind.DRAINED;
import static io.taskqueue.event.EventKind.ENQUEUED;
import static io.taskqueue.event.EventKind.LEASE_GRANTED;
import static io.taskqueue.event.EventKind.RESTORED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.QueueSnapshot.Entry;
import io.taskqueue.queue.QueueSnapshot.State;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DelayedEnqueueTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Instant IN_A_MINUTE = ManualTime.START.plus(MINUTE);

    private final ManualTime time = new ManualTime();
    private final EventLog<String> log = new EventLog<>();

    private TaskQueue.Builder<String> builder() {
        return TaskQueue.<String>builder("orders")
                .closeGrace(Duration.ZERO)
                .clock(time)
                .ticker(time)
                .listener(log);
    }

    private static EnqueueOptions after(Duration delay) {
        return EnqueueOptions.withDelay(delay);
    }

    @Test
    void taskIsPendingOnceItsDelayHasPassed() throws Exception {
        try (TaskQueue<String> queue = builder().build()) {
            queue.enqueue("later", after(MINUTE));

            Entry<String> waiting = queue.snapshot().tasks().get(0);
            assertThat(waiting.state()).isEqualTo(State.DELAYED);
            assertThat(waiting.availableAt()).isEqualTo(IN_A_MINUTE);
            assertThat(log.last().availableAt()).contains(IN_A_MINUTE);
            time.advance(MINUTE.minusNanos(1));
            assertThat(queue.tryLease()).isEmpty();

            time.advance(Duration.ofNanos(1));

            assertThat(queue.tryLease()).hasValueSatisfying(lease -> {
                assertThat(lease.payload()).isEqualTo("later");
                assertThat(lease.task().attempt()).isEqualTo(1);
                assertThat(lease.task().enqueuedAt()).isEqualTo(ManualTime.START);
            });
            assertThat(log.kinds()).containsExactly(ENQUEUED, AVAILABLE, LEASE_GRANTED);
            assertThat(log.events.get(1).occurredAt()).isEqualTo(IN_A_MINUTE);
        }
    }

    @Test
    void tasksBecomePendingInTheOrderOfTheirDeadlinesAndThenOfTheirEnqueues() throws Exception {
        try (TaskQueue<String> queue = builder().requeueDelay(MINUTE).build()) {
            queue.enqueue("failed");
            Lease<String> failed = queue.lease();
            for (String name : List.of("c", "d", "e", "f", "g")) {
                queue.enqueue(name, after(MINUTE));
            }
            queue.enqueue("b", after(MINUTE.dividedBy(2)));
            queue.enqueue("a", after(MINUTE.dividedBy(3)));
            failed.fail(TaskError.of("again"));

            time.advance(MINUTE);

            List<String> leased = new ArrayList<>();
            while (queue.counts().pending() > 0) {
                leased.add(queue.lease().payload());
            }
            assertThat(leased).containsExactly("a", "b", "c", "d", "e", "f", "g", "failed");
        }
    }

    @Test
    void delayedTaskTakesAPlaceOfTheCapacityAndItsKey() throws Exception {
        try (TaskQueue<String> queue = builder().capacity(1).build()) {
            TaskId delayed = queue.enqueue("a", after(MINUTE).key("key"));

            assertThat(queue.tryEnqueue("b")).isEmpty();
            assertThat(queue.tryEnqueue("b", after(MINUTE))).isEmpty();
            assertThat(queue.enqueue("c", "key")).isEqualTo(delayed);
        }
    }

    @Test
    void drainAndRestoreKeepTheMomentAtWhichATaskIsAvailable() throws Exception {
        List<DrainedTask<String>> drained;
        try (TaskQueue<String> queue = builder().build()) {
            queue.enqueue("soon", after(Duration.ofSeconds(10)));
            queue.enqueue("later", after(MINUTE));
            drained = queue.drain(Duration.ZERO);
        }
        assertThat(drained)
                .extracting(DrainedTask::availableAt)
                .containsExactly(ManualTime.START.plusSeconds(10), IN_A_MINUTE);
        time.advance(Duration.ofSeconds(20));

        try (TaskQueue<String> next = builder().build()) {
            next.restore(drained);

            Lease<String> soon = next.lease();
            assertThat(soon.payload()).isEqualTo("soon");
            soon.complete();
            assertThat(next.tryLease()).isEmpty();
            time.advance(Duration.ofSeconds(40));
            Lease<String> later = next.lease();
            assertThat(later.payload()).isEqualTo("later");
            later.complete();
        }
        assertThat(log.kinds())
                .containsExactly(
                        ENQUEUED,
                        ENQUEUED,
                        DRAINED,
                        DRAINED,
                        RESTORED,
                        RESTORED,
                        AVAILABLE,
                        LEASE_GRANTED,
                        COMPLETED,
                        AVAILABLE,
                        LEASE_GRANTED,
                        COMPLETED);
    }

    @Test
    void recoveryKeepsTheMomentAndAClockThatIsBehindDoesNotExtendTheDelay() throws Exception {
        Task<String> task = new Task<>(new TaskId("orders", 3, 1), 1, ManualTime.START, "later");
        Clock aDayBehind = Clock.offset(time, Duration.ofDays(-1));
        for (Clock clock : List.of(time, aDayBehind)) {
            ManualTime ticker = new ManualTime();
            try (TaskQueue<String> queue = TaskQueue.<String>builder("orders")
                    .closeGrace(Duration.ZERO)
                    .clock(clock)
                    .ticker(ticker)
                    .build()) {
                queue.attachRecovering(new BoundedJournal(100));
                queue.recover(List.of(new RecoveredTask<>(task, null, null, null, IN_A_MINUTE)));

                ticker.advance(MINUTE.minusNanos(1));
                assertThat(queue.tryLease()).isEmpty();
                ticker.advance(Duration.ofNanos(1));
                assertThat(queue.lease().payload()).isEqualTo("later");
            }
        }
    }

    @Test
    void waitingLeaseGetsTheTaskWhenItsDelayHasPassed() throws Exception {
        try (TaskQueue<String> queue = TaskQueue.<String>builder("orders").build()) {
            queue.enqueue("soon", after(Duration.ofMillis(50)));

            assertThat(queue.lease(Duration.ofSeconds(30))).isPresent();
        }
    }

    @Test
    void bothEventsHavePlacesInTheJournalBeforeTheTaskIsAccepted() throws Exception {
        BoundedJournal journal = new BoundedJournal(2);
        try (TaskQueue<String> queue = builder().build()) {
            queue.attach(journal);
            assertThat(queue.tryEnqueue("a", after(MINUTE))).isPresent();
            assertThat(journal.reserved()).isEqualTo(1);
            assertThat(queue.tryEnqueue("b")).isEmpty();

            time.advance(MINUTE);

            assertThat(queue.counts().pending()).isEqualTo(1);
            assertThat(journal.events()).extracting(TaskEvent::kind).containsExactly(ENQUEUED, AVAILABLE);
            assertThat(journal.reserved()).isZero();
            assertThat(journal.unreservedEvents()).isZero();
            assertThat(journal.fault()).isEmpty();
            journal.acknowledgeAll();
        }
        assertThat(journal.reserved()).isZero();
    }

    @Test
    void delayOutOfItsRangeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> after(Duration.ofSeconds(-1)))
                .withMessage(
                        "The delay of an enqueue must be from 0 to PT8760H, but it is PT-1S. Choose one in that range.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> after(EnqueueOptions.LONGEST_DELAY.plusNanos(1)))
                .withMessageEndingWith("but it is PT8760H0.000000001S. Choose one in that range.");
    }

    @Test
    void onlyATaskThatWasNeverLeasedHasADelayOfItsOwn() {
        Task<String> task = new Task<>(new TaskId("orders", 3, 1), 2, ManualTime.START, "a");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DrainedTask<>(task, null, new OwnershipToken(1, 1, new UUID(0, 1)), IN_A_MINUTE))
                .withMessage(
                        "Only a task that was never leased has a delay of its own, but task orders/3/1 at attempt 2 "
                                + "with the last token OwnershipToken[sequenceId=1, attempt=1, "
                                + "leaseId=00000000-0000-0000-0000-000000000001] is to be available at "
                                + "2026-11-01T10:01:00Z. Pass null.");
    }
}
