package io.taskqueue.queue;

import static io.taskqueue.event.EventKind.ENQUEUED;
import static io.taskqueue.event.EventKind.HEARTBEAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JournalTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    @AutoClose
    private final JournaledQueue journaled = JournaledQueue.attached(10, builder -> builder.capacity(100));

    private final ManualTime time = journaled.time;
    private final EventLog<String> log = journaled.log;
    private final BoundedJournal journal = journaled.journal;
    private final TaskQueue<String> queue = journaled.queue;

    private Lease<String> leaseOf(String payload) {
        assertThat(queue.tryEnqueue(payload)).isPresent();
        return queue.tryLease().orElseThrow();
    }

    @Test
    void secondJournalIsRefused() {
        assertThatThrownBy(() -> queue.attach(new BoundedJournal(10)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "Queue orders has a journal already, and a queue has at most one. Build one source for each "
                                + "queue.");
    }

    @Test
    void journalOfAUsedQueueIsRefused() throws Exception {
        try (TaskQueue<String> used =
                TaskQueue.<String>builder("used").closeGrace(Duration.ZERO).build()) {
            used.enqueue("a");

            assertThatThrownBy(() -> used.attach(journal))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("Queue used has been used already (1 events so far), so its journal would miss the "
                            + "beginning. Start the source before the first enqueue or restore.");
        }
    }

    @Test
    void journalSeesWhatListenersSeeInTheSameOrder() {
        Lease<String> lease = leaseOf("a");
        time.advance(Duration.ofSeconds(6));
        lease.heartbeat();
        lease.fail(TaskError.of("boom"));

        assertThat(journal.events()).isEqualTo(log.events).hasSize(4);
        assertThat(journal.events().stream().map(TaskEvent::number)).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void taskIdentityHasTheEpochOfTheJournal() throws Exception {
        assertThat(queue.enqueue("a")).isEqualTo(new TaskId("orders", 7, 1));
    }

    @Test
    void refusedPayloadLeavesTheQueueUnchanged() {
        assertThatThrownBy(() -> queue.tryEnqueue("unwritable")).isInstanceOf(PayloadRefusedException.class);

        assertThat(queue.snapshot().lastEvent()).isZero();
        assertThat(journal.reserved()).isZero();
        assertThat(queue.tryEnqueue("fine")).hasValue(new TaskId("orders", 7, 1));
    }

    @Test
    void leaseHoldsPlacesForItsEndingAndReleasesWhatItDoesNotUse() {
        Lease<String> lease = leaseOf("a");
        assertThat(journal.reserved()).isEqualTo(2);

        lease.complete();

        assertThat(journal.reserved()).isZero();
    }

    @Test
    void delayedTaskKeepsThePlaceOfItsRequeue() {
        leaseOf("a").fail(TaskError.of("boom"));
        assertThat(journal.reserved()).isEqualTo(1);
        time.advance(Duration.ofSeconds(10));

        assertThat(queue.counts().pending()).isEqualTo(1);

        assertThat(journal.reserved()).isZero();
    }

    @Test
    void deadTaskHoldsNoPlace() {
        leaseOf("a").fail(TaskError.of("hopeless"), false);
        assertThat(journal.reserved()).isZero();
        leaseOf("b");
        time.advance(Duration.ofSeconds(30));
        queue.counts();
        time.advance(Duration.ofSeconds(10));
        journal.acknowledgeAll();
        assertThat(queue.tryLease()).isPresent();
        time.advance(Duration.ofSeconds(30));

        assertThat(queue.counts().totals().deadLettered()).isEqualTo(2);
        assertThat(journal.reserved()).isZero();
    }

    @Test
    void enqueueWaitsForAPlaceUntilItsTimeout() throws Exception {
        for (int i = 0; i < 10; i++) {
            queue.enqueue("task " + i);
        }
        assertThat(queue.tryEnqueue("x")).isEmpty();
        assertThat(queue.enqueue("x", Duration.ofMillis(5))).isEmpty();
        Caller<TaskId> producer = Caller.startWaiting(() -> queue.enqueue("y"));

        journal.acknowledge(1);

        assertThat(producer.result().sequenceId()).isEqualTo(11);
        assertThat(queue.snapshot().lastEvent()).isEqualTo(11);
    }

    @Test
    void leaseWaitsForItsPlacesUntilItsTimeout() throws Exception {
        for (int i = 0; i < 8; i++) {
            queue.enqueue("task " + i);
        }
        assertThat(queue.tryLease()).isEmpty();
        assertThat(queue.lease(Duration.ofMillis(5))).isEmpty();
        Caller<Lease<String>> worker = Caller.startWaiting(queue::lease);

        journal.acknowledge(1);

        assertThat(worker.result().payload()).isEqualTo("task 0");
    }

    @Test
    void idleWorkersHoldNoPlaces() throws Exception {
        List<Caller<Lease<String>>> workers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            workers.add(Caller.startWaiting(queue::lease));
        }
        assertThat(journal.reserved()).isZero();

        queue.enqueue("a");

        await().atMost(LONG).until(() -> workers.stream().filter(Caller::done).count() == 1);
        assertThat(queue.counts().leased()).isEqualTo(1);
        queue.close();
        for (Caller<Lease<String>> worker : workers) {
            await().atMost(LONG).until(worker::done);
        }
    }

    @Test
    void workerThatTimesOutForLackOfPlacesLeavesTheTaskToAnother() throws Exception {
        assertThat(journal.reserve(8, 0)).isTrue();
        Caller<Optional<Lease<String>>> first = Caller.startWaiting(() -> queue.lease(Duration.ofMillis(500)));
        Caller<Lease<String>> second = Caller.startWaiting(queue::lease);
        assertThat(queue.tryEnqueue("a")).isPresent();
        assertThat(first.result()).isEmpty();

        journal.release(8);

        assertThat(second.result().payload()).isEqualTo("a");
    }

    @Test
    void endingALeaseNeverWaits() {
        Lease<String> completed = leaseOf("completed");
        Lease<String> failed = leaseOf("failed");
        assertThat(queue.tryEnqueue("filler")).isPresent();
        assertThat(queue.tryEnqueue("filler")).isPresent();
        assertThat(queue.tryEnqueue("no room")).isEmpty();

        completed.complete();
        failed.fail(TaskError.of("boom"), false);

        assertThat(journal.events().get(journal.events().size() - 1).kind()).isEqualTo(EventKind.DEAD_LETTERED);
        assertThat(journal.unreservedEvents()).isZero();
    }

    @Test
    void heartbeatWithoutRoomExtendsTheLeaseWithoutAnEvent() {
        Lease<String> lease = leaseOf("a");
        for (int i = 0; i < 6; i++) {
            assertThat(queue.tryEnqueue("filler")).isPresent();
        }
        time.advance(Duration.ofSeconds(20));

        lease.heartbeat();

        assertThat(lease.expiresAt()).isEqualTo(ManualTime.START.plusSeconds(50));
        assertThat(log.kinds()).doesNotContain(HEARTBEAT);
        journal.acknowledge(1);
        time.advance(Duration.ofSeconds(20));
        lease.heartbeat();
        assertThat(log.last().kind()).isEqualTo(HEARTBEAT);
        assertThat(log.last().number()).isEqualTo(9);
    }

    @Test
    void closeEndsCallsThatWaitForPlaces() throws Exception {
        for (int i = 0; i < 10; i++) {
            queue.enqueue("task " + i);
        }
        Caller<TaskId> producer = Caller.startWaiting(() -> queue.enqueue("y"));
        Caller<Lease<String>> worker = Caller.startWaiting(queue::lease);

        queue.close();

        assertThatThrownBy(producer::result).hasCauseInstanceOf(QueueClosedException.class);
        assertThatThrownBy(worker::result).hasCauseInstanceOf(QueueClosedException.class);
    }

    @Test
    void interruptedReservationLeavesNothingBehind() throws Exception {
        for (int i = 0; i < 10; i++) {
            queue.enqueue("task " + i);
        }
        Caller<TaskId> producer = Caller.startWaiting(() -> queue.enqueue("y"));

        producer.interrupt();

        assertThatThrownBy(producer::result).hasCauseInstanceOf(InterruptedException.class);
        assertThat(queue.counts().totals().enqueued()).isEqualTo(10);
    }

    @Test
    void stoppedQueueReleasesEveryPlace() {
        leaseOf("a");
        leaseOf("b").fail(TaskError.of("boom"));
        assertThat(journal.reserved()).isEqualTo(3);

        queue.stop("fenced.");

        assertThat(journal.reserved()).isZero();
    }

    @Test
    void restoreDoesNotWaitForRoom() {
        for (int i = 0; i < 10; i++) {
            assertThat(queue.tryEnqueue("task " + i)).isPresent();
        }

        queue.restore(List.of(
                new DrainedTask<>(new Task<>(new TaskId("orders", 3, 1), 1, ManualTime.START, "old"), null, null)));

        assertThat(journal.unreservedEvents()).isEqualTo(1);
        assertThat(queue.counts().pending()).isEqualTo(11);
    }

    @Test
    void journalThatThrowsStopsItsQueueAndEndsCallsThatWait() throws Exception {
        try (TaskQueue<String> other =
                TaskQueue.<String>builder("other").closeGrace(Duration.ZERO).build()) {
            other.attach(new FailingJournal(10, kind -> kind != ENQUEUED, () -> {
                throw new IllegalStateException("disk full");
            }));
            Caller<Lease<String>> worker = Caller.startWaiting(() -> {
                other.lease();
                return other.lease();
            });

            assertThat(other.tryEnqueue("a")).isPresent();

            assertThatThrownBy(worker::result).hasCauseInstanceOf(QueueClosedException.class);
            assertThatThrownBy(() -> other.tryEnqueue("b"))
                    .isInstanceOf(QueueClosedException.class)
                    .hasMessage("Queue other was stopped, so enqueue() was refused: its journal failed: disk full")
                    .hasRootCauseMessage("disk full");
        }
    }

    @Test
    void journalThatThrowsAnErrorStopsItsQueueBeforeAnEventIsMissing() throws Exception {
        try (TaskQueue<String> other =
                TaskQueue.<String>builder("other").closeGrace(Duration.ZERO).build()) {
            BoundedJournal full = new FailingJournal(10, kind -> kind == EventKind.LEASE_GRANTED, () -> {
                throw new StackOverflowError("too deep");
            });
            other.attach(full);
            assertThat(other.tryEnqueue("a")).isPresent();

            assertThatThrownBy(other::tryLease)
                    .isInstanceOf(QueueClosedException.class)
                    .hasMessage("Queue other was stopped, so lease() was refused: its journal failed: too deep");
            assertThat(full.events).hasSize(1);
            assertThat(full.reserved()).isZero();
            assertThat(other.counts().pending()).isEqualTo(1);
            assertThat(other.counts().leased()).isZero();
        }
    }
}
