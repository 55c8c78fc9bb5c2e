package io.taskqueue.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A queue holds at most one new task of a key at a time. */
@Timeout(60)
class EnqueueByKeyTest {

    @AutoClose
    private final JournaledQueue journaled = JournaledQueue.detached(100, builder -> builder.capacity(1));

    private final ManualTime time = journaled.time;
    private final EventLog<String> log = journaled.log;
    private final BoundedJournal journal = journaled.journal;
    private final TaskQueue<String> queue = journaled.queue;

    @Test
    void everyEventOfATaskCarriesItsKey() throws Exception {
        queue.enqueue("a", "line 1");
        Lease<String> lease = queue.lease();
        lease.fail(TaskError.of("no route"));
        time.advance(Duration.ofSeconds(10));
        queue.lease().complete();

        assertThat(log.events)
                .extracting(event -> event.kind() + " " + event.task().key())
                .containsExactly(
                        "ENQUEUED line 1",
                        "LEASE_GRANTED line 1",
                        "FAILED line 1",
                        "REQUEUED line 1",
                        "LEASE_GRANTED line 1",
                        "COMPLETED line 1");
        assertThat(lease.task().key()).isEqualTo("line 1");
    }

    @Test
    void aLiveTaskOfTheKeyIsReturnedInEachOfItsStatesAndNothingIsEmitted() throws Exception {
        queue.attach(journal);
        TaskId id = queue.enqueue("a", "line 1");
        List<EventKind> before = log.kinds();
        assertThat(queue.enqueue("b", "line 1"))
                .as("although the queue is full")
                .isEqualTo(id);
        assertThat(queue.tryEnqueue("b", "line 1")).contains(id);
        assertThat(queue.enqueue("b", "line 1", Duration.ofSeconds(20))).contains(id);
        assertThat(log.kinds()).isEqualTo(before);
        assertThat(queue.tryEnqueue("b", "line 2")).isEmpty();

        Lease<String> lease = queue.lease();
        assertThat(queue.tryEnqueue("b", "line 1")).contains(id);
        lease.fail(TaskError.of("no route"));
        assertThat(queue.tryEnqueue("b", "line 1")).contains(id);
        assertThat(queue.counts().totals().enqueued()).isEqualTo(1);
        assertThat(queue.snapshot().tasks().get(0).task().payload()).isEqualTo("a");
    }

    @Test
    void theKeyOfATaskThatHasEndedIsFree() throws Exception {
        TaskId completed = queue.enqueue("a", "line 1");
        queue.lease().complete();
        TaskId dead = queue.enqueue("b", "line 1");
        queue.lease().fail(TaskError.of("never again"), false);
        TaskId third = queue.enqueue("c", "line 1");

        assertThat(List.of(completed, dead, third)).doesNotHaveDuplicates();
        assertThat(queue.enqueue("d", "line 1")).isEqualTo(third);
    }

    @Test
    void tasksWithoutAKeyAreNeverTheSame() throws Exception {
        TaskId first = queue.enqueue("a");
        queue.lease();

        assertThat(queue.enqueue("a")).isNotEqualTo(first);
        assertThat(log.events).extracting(event -> event.task().key()).containsOnlyNulls();
    }

    @Test
    void anEnqueueThatFailsLeavesTheKeyFree() throws Exception {
        List<String> failing = new ArrayList<>(List.of("once"));
        try (TaskQueue<String> fragile =
                TaskQueue.<String>builder("fragile").closeGrace(Duration.ZERO).build()) {
            fragile.attach(new BoundedJournal(10) {
                @Override
                public long epoch() {
                    if (failing.isEmpty()) {
                        return super.epoch();
                    }
                    failing.clear();
                    return -1; // no valid identity: the enqueue throws
                }
            });
            assertThatIllegalArgumentException().isThrownBy(() -> fragile.enqueue("a", "line 1"));

            assertThat(fragile.enqueue("a", "line 1")).isEqualTo(new TaskId("fragile", 7, 1));
        }
    }

    @Test
    void aQueueWhoseJournalFailedKnowsNoKeyOfTheLostEvent() {
        queue.attach(new FailingJournal(10, kind -> true, () -> {
            throw new IllegalStateException("the disk is full");
        }));

        assertThatThrownBy(() -> queue.tryEnqueue("a", "line 1")).isInstanceOf(QueueClosedException.class);
        assertThatThrownBy(() -> queue.tryEnqueue("a", "line 1"))
                .isInstanceOf(QueueClosedException.class)
                .hasMessage("Queue orders was stopped, so enqueue() was refused: its journal failed: the disk is full");
    }

    @Test
    void ofCallsOfOneKeyAtTheSameTimeOneEnqueues() throws Exception {
        try (TaskQueue<String> busy =
                TaskQueue.<String>builder("busy").closeGrace(Duration.ZERO).build()) {
            CyclicBarrier together = new CyclicBarrier(8);
            List<Caller<TaskId>> callers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                callers.add(Caller.start(() -> {
                    together.await();
                    return busy.enqueue("a", "line 1");
                }));
            }
            for (Caller<TaskId> caller : callers) {
                assertThat(caller.result()).isEqualTo(new TaskId("busy", 0, 1));
            }
            assertThat(busy.counts().totals().enqueued()).isEqualTo(1);
        }
    }

    @Test
    void aCallThatWaitsReturnsTheTaskThatAnotherEnqueuedMeanwhile() throws Exception {
        queue.enqueue("a", "line 1");
        Caller<TaskId> first = Caller.startWaiting(() -> queue.enqueue("b", "line 2"));
        Caller<TaskId> second = Caller.startWaiting(() -> queue.enqueue("b", "line 2"));

        queue.lease();
        queue.lease();

        assertThat(first.result()).isEqualTo(second.result());
        assertThat(queue.counts().totals().enqueued()).isEqualTo(2);
    }

    @Test
    void recoveredTasksOfOneKeyAreAllLiveAndOneOfThemIsReturnedUntilAllHaveEnded() throws Exception {
        List<RecoveredTask<String>> recovered = new ArrayList<>();
        for (long task = 1; task <= 3; task++) {
            recovered.add(new RecoveredTask<>(
                    new Task<>(new TaskId("orders", 3, task), 1, ManualTime.START, "a", "line 1"),
                    null,
                    null,
                    null,
                    null));
        }
        queue.recover(recovered);
        Lease<String> first = queue.lease();
        Lease<String> second = queue.lease();
        Lease<String> third = queue.lease();

        second.complete();
        assertThat(queue.tryEnqueue("b", "line 1"))
                .get()
                .isIn(first.task().id(), third.task().id());
        third.complete();
        assertThat(queue.tryEnqueue("b", "line 1")).contains(first.task().id());
        first.complete();
        assertThat(queue.tryEnqueue("b", "line 1")).contains(new TaskId("orders", 0, 1));
    }

    @Test
    void aRestoredTaskIsKnownByItsKey() throws Exception {
        TaskId id = queue.enqueue("a", "line 1");
        List<DrainedTask<String>> drained = queue.drain(Duration.ZERO);
        try (TaskQueue<String> next =
                TaskQueue.<String>builder("next").closeGrace(Duration.ZERO).build()) {
            next.restore(drained);

            assertThat(next.enqueue("a", "line 1")).isEqualTo(id);
        }
    }

    @Test
    void aClosedQueueRefusesAKnownKey() throws Exception {
        queue.enqueue("a", "line 1");
        queue.close();

        assertThatThrownBy(() -> queue.tryEnqueue("a", "line 1")).isInstanceOf(QueueClosedException.class);
    }

    @Test
    void anInvalidKeyIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> queue.tryEnqueue("a", ""))
                .withMessage("The task key is empty. Use a name such as \"order-4711\".");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> queue.enqueue("a", "k".repeat(1_025)))
                .withMessage(
                        "The task key has 1025 characters and is longer than 1024 bytes of UTF-8. Use a shorter name.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> queue.enqueue("a", "half \ud83d", Duration.ZERO))
                .withMessage("The task key cannot be encoded as UTF-8: it contains an unpaired surrogate. Use complete "
                        + "characters.");
        assertThat(queue.tryEnqueue("a", "k".repeat(1_024))).isNotEqualTo(Optional.empty());
    }
}
